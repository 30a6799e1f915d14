package io.millrace.call;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The plain parallel map that fails fast. */
@NoLeaks
class ParallelMapTest {
  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
  private final List<Integer> items = IntStream.range(0, 20).boxed().toList();

  @AfterEach
  void close() {
    clock.close();
  }

  @Test
  @DisplayName("LF4: values in input order, never more at once than asked for")
  void valuesInInputOrder() {
    action.item(0).takes(ofSeconds(9)).returns(0);
    action.anyItem().takes(ofSeconds(1)).computes(item -> item);
    assertEquals(items, Parallel.of(3).clock(clock).failFast().map(items, action).values());
    assertEquals(3, action.maxRunning());
  }

  @Test
  @DisplayName(
      "LF4, A35: the first failure in time is thrown as itself, and siblings are cancelled")
  void theFirstFailureInTimeIsThrown() {
    IOException late = new IOException("later, though of the first item");
    IOException early = new IOException("earlier");
    action.item(0).takes(ofSeconds(5)).fails(late, 9);
    action.item(2).takes(ofSeconds(1)).fails(early, 9);
    action.anyItem().takes(ofSeconds(60)).returns(1);
    Parallel parallel = Parallel.of(3).clock(clock).failFast();
    assertSame(early, assertThrows(IOException.class, () -> parallel.map(items, action)));
    assertEquals(0, action.running());
    assertEquals(3, action.calls().size());
    assertEquals(ofSeconds(1), clock.elapsed());
  }
}
