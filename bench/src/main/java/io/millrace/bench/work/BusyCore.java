package io.millrace.bench.work;

/** Threads that do nothing but keep cores busy, until this is closed. */
final class BusyCore implements AutoCloseable {
  private volatile boolean over;

  private BusyCore() {}

  static BusyCore none() {
    return new BusyCore();
  }

  static BusyCore one() {
    BusyCore core = new BusyCore();
    Thread.ofPlatform().daemon().name("busy core").start(core::spin);
    return core;
  }

  private void spin() {
    while (!over) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    over = true;
  }
}
