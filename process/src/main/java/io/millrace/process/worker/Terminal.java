package io.millrace.process.worker;

import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** What a worker does about the terminal that it shares with its parent. */
final class Terminal {
  private Terminal() {}

  /**
   * Ignores Ctrl-C, which the terminal sends to every process: the parent decides what becomes of running
   * tasks. By reflection, because the compiler warns of sun.misc, and nothing switches that off.
   */
  static void ignoreInterrupts() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Field ignore = handler.getField("SIG_IGN");
      Method handle = signal.getMethod("handle", signal, handler);
      handle.invoke(null, signal.getConstructor(String.class).newInstance("INT"), ignore.get(null));
    } catch (ReflectiveOperationException notThere) {
      // this JVM handles no signals: then Ctrl-C ends the worker, and its task fails
    }
  }
}
