package io.millrace.bench;

import java.time.Duration;
import java.util.Map;

/** Ends a JVM that hangs, and says where; or that nobody listens to any more. */
final class Watchdog {
  private static final Duration PATIENCE = Duration.ofMinutes(6);
  private static final int STATUS = 3;

  private Watchdog() {}

  static void start() {
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(STATUS)));
    Thread.ofPlatform().daemon().name("watchdog").start(Watchdog::watch);
  }

  private static void watch() {
    try {
      Thread.sleep(PATIENCE);
    } catch (InterruptedException impossible) {
      throw new AssertionError(impossible);
    }
    System.err.println("bench: no end after " + PATIENCE);
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      System.err.println(each.getKey());
      for (StackTraceElement frame : each.getValue()) {
        System.err.println("    at " + frame);
      }
    }
    Runtime.getRuntime().halt(STATUS);
  }
}
