package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.Action;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever code runs while something crosses, and whatever it throws, costs its task: worker and parent
 * stay in step.
 */
class StepTest {
  private static ProcessPool pool;
  private static Action<Integer, Integer> next;
  private static long process;

  @BeforeAll
  static void open() throws Exception {
    pool = ProcessPool.open(Quiet.workers(1).allow("io.millrace.process.*").allow(Broken.class));
    next = pool.action(item -> item + 1);
    process = pool.call(() -> ProcessHandle.current().pid());
  }

  @AfterAll
  static void close() {
    pool.close();
    Gone.assertNoChildren();
  }

  /** The process is the same all the time, and its function is the one that is called. */
  @AfterEach
  void bothSidesAreInStep() throws Exception {
    assertEquals(2, next.apply(1));
    assertEquals(3, next.apply(2));
    assertEquals(process, pool.call(() -> ProcessHandle.current().pid()));
  }

  /** What is thrown where nobody expects it. */
  enum Thrower {
    EXCEPTION,
    ERROR,
    OVERFLOW,
    CHECKED;

    int now() {
      return switch (this) {
        case EXCEPTION -> throw new IllegalStateException("broken");
        case ERROR -> throw new AssertionError("broken");
        case OVERFLOW -> now() + 1;
        case CHECKED -> throw Thrower.<RuntimeException>sneak(new InterruptedException("broken"));
      };
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneak(Throwable error) throws E {
      throw (E) error;
    }
  }

  /** Where it is thrown. */
  enum Place {
    NOWHERE,
    MESSAGE,
    CAUSE,
    STACK,
    WRITE,
    READ_THERE,
    READ_HERE
  }

  /** An exception, or anything else, whose methods fail. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1;
    private final Place place;
    private final Thrower thrower;

    Broken(Place place, Thrower thrower) {
      this.place = place;
      this.thrower = thrower;
    }

    private void fail(Place here) {
      if (place == here) {
        var _ = thrower.now();
      }
    }

    @Override
    public String getMessage() {
      fail(Place.MESSAGE);
      return "broken " + place;
    }

    @Override
    public synchronized Throwable getCause() {
      fail(Place.CAUSE);
      return null;
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      fail(Place.STACK);
      return super.getStackTrace();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      fail(Place.WRITE);
      out.defaultWriteObject();
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      boolean there = System.getenv("MILLRACE_WORKER") != null;
      fail(there ? Place.READ_THERE : Place.READ_HERE);
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @DisplayName("P5: an exception whose own methods throw anything fails its task, and is told of")
  void brokenExceptions(Place place) {
    for (Thrower thrower : Thrower.values()) {
      var error =
          assertThrows(
              Exception.class,
              () ->
                  pool.call(
                      () -> {
                        throw new Broken(place, thrower);
                      }));
      switch (error) {
        case Broken itself -> assertTrue(itself.place != Place.READ_HERE, () -> "read " + place);
        case RemoteTaskException described ->
            assertEquals(Broken.class.getName(), described.type());
        default -> throw new AssertionError(place + " " + thrower, error);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @DisplayName("P5: a function or argument that throws anything while it crosses fails its call")
  void brokenFunctionsAndArguments(Place place) {
    for (Thrower thrower : Thrower.values()) {
      var broken = new Broken(place, thrower);
      boolean crosses = place != Place.WRITE && place != Place.READ_THERE;
      if (crosses) {
        continue;
      }
      var argument =
          assertThrows(
              TransferException.class, () -> pool.action((Broken item) -> 1).apply(broken));
      var function =
          assertThrows(TransferException.class, () -> pool.action(item -> broken.place).apply(1));
      assertTrue(argument.getMessage().startsWith("the argument "), argument::getMessage);
      assertTrue(function.getMessage().startsWith("the function "), function::getMessage);
    }
  }

  @Test
  @DisplayName("P5: a result that throws anything while it crosses fails its call")
  void brokenResults() {
    for (Thrower thrower : Thrower.values()) {
      for (Place place : List.of(Place.WRITE, Place.READ_HERE)) {
        var error =
            assertThrows(
                TransferException.class, () -> pool.call(() -> new Broken(place, thrower)));
        assertTrue(error.getMessage().startsWith("the result "), error::getMessage);
      }
    }
  }

  /** Fails the first time that it is read in a process. */
  static final class Moody implements Serializable {
    private static final long serialVersionUID = 1;
    private static boolean read;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      if (!read) {
        read = true;
        throw new AssertionError("not in the mood");
      }
    }

    int value() {
      return 7;
    }
  }

  @Test
  @DisplayName("P5: a function that could not be read is sent again with the next task")
  void functionsAreSentAgain() throws Exception {
    var moody = new Moody();
    Action<Integer, Integer> action = pool.action(item -> moody.value() + item);

    var error = assertThrows(TransferException.class, () -> action.apply(1));

    assertTrue(error.getMessage().contains("not in the mood"), error::getMessage);
    assertEquals(8, action.apply(1));
    assertEquals(9, action.apply(2));
  }

  @Test
  @DisplayName("P5: causes that go round in circles and endless messages are told in part")
  void endlessExceptions() {
    var error =
        assertThrows(
            RemoteTaskException.class,
            () ->
                pool.call(
                    () -> {
                      throw new Endless();
                    }));
    assertInstanceOf(RemoteTaskException.class, error.getCause());
    assertTrue(String.valueOf(error.getMessage()).length() < 200_000);
  }

  /** Cannot cross. */
  static final class Endless extends Exception {
    private static final long serialVersionUID = 1;

    @SuppressWarnings({"serial", "unused"})
    private final Object notSerializable = new Object();

    @Override
    public String getMessage() {
      return "x".repeat(10_000_000);
    }

    @Override
    public synchronized Throwable getCause() {
      return new Endless();
    }
  }
}
