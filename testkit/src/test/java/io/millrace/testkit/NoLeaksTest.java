package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;

class NoLeaksTest {

  @Test
  void eachLeakFailsItsOwnTestAndNoOther() {
    Map<String, TestExecutionResult> results = new TreeMap<>(Jupiter.run(Leaky.class));
    Map<String, String> messages = new TreeMap<>();
    results.forEach(
        (test, result) ->
            messages.put(
                test,
                result.getThrowable().map(error -> String.valueOf(error.getMessage())).orElse("")));

    assertEquals("", messages.get("clean()"));
    assertTrue(messages.get("clockOfAField()").contains("have not exited"), messages::toString);
    assertTrue(messages.get("clockOfAMethod()").contains("have not exited"), messages::toString);
    assertTrue(messages.get("interrupt()").contains("interrupt flag"), messages::toString);
    assertEquals(
        3, results.values().stream().filter(result -> result.getThrowable().isPresent()).count());
  }

  /** Its tests fail, each in another way; run by the test above only. */
  @NoLeaks
  static class Leaky {
    private final ManualClock field = new ManualClock();

    @Test
    void clean() throws Exception {
      field.enter();
      field.exit();
      new Sequence().step(0);
    }

    @Test
    void clockOfAField() {
      field.enter();
    }

    @Test
    void clockOfAMethod() {
      new ManualClock().enter();
    }

    @Test
    void interrupt() {
      Thread.currentThread().interrupt();
    }
  }
}
