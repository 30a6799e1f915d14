package io.millrace.process.worker;

import io.millrace.process.wire.Offspring;
import java.io.IOException;
import java.io.InputStream;

/**
 * Ends the worker when its parent is gone, whatever it is doing: the pipe from the parent ends then, also
 * if the parent was killed.
 */
final class Lifeline {
  private static final int ORPHANED = 1;

  private Lifeline() {}

  static void watch(InputStream parent) {
    Thread.ofPlatform().daemon().name("millrace-lifeline").start(() -> waitForTheEnd(parent));
    Runtime.getRuntime().addShutdownHook(new Thread(Lifeline::endChildren, "millrace-children"));
  }

  private static void waitForTheEnd(InputStream parent) {
    try {
      while (parent.read() >= 0) {
        // nothing is sent
      }
    } catch (IOException gone) {
      // as good as the end
    }
    end();
  }

  /** Ends this process and those that tasks have started, at once: no shutdown hook can delay it. */
  static void end() {
    try {
      endChildren();
    } finally {
      Runtime.getRuntime().halt(ORPHANED);
    }
  }

  private static void endChildren() {
    Offspring.below(ProcessHandle.current()).forEach(ProcessHandle::destroyForcibly);
    String mark = System.getenv(Offspring.VARIABLE);
    if (mark != null) {
      Offspring.endMarked(mark);
    }
  }
}
