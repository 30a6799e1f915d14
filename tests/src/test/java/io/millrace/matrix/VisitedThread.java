package io.millrace.matrix;

/** A thread of somebody's executor, whose interrupt is user code that may misbehave. */
final class VisitedThread extends Thread {
  private final Cell cell;

  /* It is the user's own fault if an interrupt interrupts, and that interrupts again. */
  private final ThreadLocal<Boolean> isWithin = ThreadLocal.withInitial(() -> false);

  VisitedThread(Cell cell, Runnable task) {
    super(task, "millrace-of-a-cell");
    this.cell = cell;
    setDaemon(true);
  }

  @Override
  public void interrupt() {
    super.interrupt();
    if (isWithin.get()) {
      return;
    }
    isWithin.set(true);
    try {
      cell.visit(Spot.THREAD_INTERRUPT, 1);
    } finally {
      isWithin.remove();
    }
  }
}
