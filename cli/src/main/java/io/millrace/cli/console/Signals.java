package io.millrace.cli.console;

import io.millrace.cli.text.ErrorMessage;
import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Handles the signals that ask a process to end: the first one asks the work to end, the second one
 * ends the process at once. A terminal that closes is one signal: its shell hangs up, and so does the system when that shell has
 * ended. Closing gives them back.
 *
 * <p>A shutdown hook could not do that: it cannot see a second signal, and not choose the exit code.
 */
public final class Signals implements AutoCloseable {
  private static final int HUNG_UP = 129;
  private static final Map<String, Integer> EXIT_CODES =
      Map.of("HUP", HUNG_UP, "INT", 130, "TERM", 143);

  /** The exit code for the first signal; 0 before it. */
  private final AtomicInteger first = new AtomicInteger();

  private final PrintStream err;
  private final Runnable onFirst;
  private final Runnable onSecond;
  private final IntConsumer halt;
  private final List<Runnable> restoring = new ArrayList<>();

  Signals(PrintStream err, Runnable onFirst, Runnable onSecond, IntConsumer halt) {
    this.err = err;
    this.halt = halt;
    this.onFirst = onFirst;
    this.onSecond = onSecond;
  }

  /**
   * Handles signals from now on.
   *
   * @param onFirst called in a thread of its own at the first signal; if it fails, the process ends as at a second one
   */
  public static Signals handle(PrintStream err, Runnable onFirst) {
    return handle(err, onFirst, () -> {});
  }

  /**
   * As {@link #handle(PrintStream, Runnable)}, with something to do before the process ends.
   *
   * @param onSecond called at the second signal; has to be quick
   */
  public static Signals handle(PrintStream err, Runnable onFirst, Runnable onSecond) {
    Signals signals = new Signals(err, onFirst, onSecond, Runtime.getRuntime()::halt);
    EXIT_CODES.forEach(
        (name, code) -> signals.restoring.add(on(name, () -> signals.arrived(code))));
    return signals;
  }

  /** Handles every signal in the same way, for ever: somebody else decides what it means. */
  public static void each(Runnable arriving) {
    EXIT_CODES.keySet().forEach(name -> on(name, arriving));
  }

  /** The exit code that the first signal asks for; empty if none came. */
  public OptionalInt exitCode() {
    int code = first.get();
    return code == 0 ? OptionalInt.empty() : OptionalInt.of(code);
  }

  void arrived(int code) {
    int before = first.compareAndExchange(0, code);
    if (before == HUNG_UP && code == HUNG_UP) {
      return;
    }
    if (before != 0) {
      endNow(code);
      return;
    }
    try {
      onFirst.run();
    } catch (RuntimeException | Error failed) {
      // nobody else hears of it, and nothing else would end the run
      try {
        err.println("millrace: a signal could not end the run: " + ErrorMessage.of(failed));
      } finally {
        endNow(code);
      }
    }
  }

  private void endNow(int code) {
    try {
      onSecond.run();
    } finally {
      halt.accept(code);
    }
  }

  /*
   * Has a signal handled; what is returned gives it back. By reflection: the compiler warns of sun.misc, and no option or
   * annotation switches that off.
   */
  static Runnable on(String name, Runnable arriving) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      Method handle = signalType.getMethod("handle", signalType, handlerType);
      InvocationHandler arrived =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              arriving.run();
            }
            return null;
          };
      Object handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(), new Class<?>[] {handlerType}, arrived);
      Object before = handle.invoke(null, signal, handler);
      return () -> restore(handle, signal, before);
    } catch (ReflectiveOperationException notThere) {
      // no such signal here, or the JVM was told to leave it alone: then it does what it always
      // does
      return () -> {};
    }
  }

  private static void restore(Method handle, Object signal, Object before) {
    try {
      handle.invoke(null, signal, before);
    } catch (ReflectiveOperationException gone) {
      throw new IllegalStateException(gone);
    }
  }

  @Override
  public void close() {
    restoring.forEach(Runnable::run);
  }
}
