package io.millrace.process.wire;

/** What the reading of one message may take: memory, and time from now on. Used by one thread. */
final class Budget {
  /* Twice that must not overflow. */
  private static final long FOREVER = Long.MAX_VALUE / 4;

  private final Limits limits;
  private final long start = System.nanoTime();
  private final long nanos;
  private long bytes;
  private boolean interrupted;

  Budget(Limits limits) {
    this.limits = limits;
    nanos = Nanos.of(limits.time());
  }

  /** Notes that so many bytes are taken. */
  void take(long more) throws Unreadable {
    bytes = Math.min(FOREVER, bytes + Math.min(FOREVER, more));
    if (bytes > limits.memory()) {
      throw new Unreadable(
          "takes more than "
              + limits.memory()
              + " bytes of memory, its share of this JVM's heap (half of it, divided by the number of"
              + " processes): return less, or give this JVM more heap");
    }
  }

  /** To be called between any two steps. */
  void check() throws Unreadable {
    if (limits == Limits.NONE) {
      return;
    }
    if (Thread.currentThread().isInterrupted()) {
      interrupted = true;
      throw new Unreadable("was not read to its end, because of an interrupt");
    }
    if (System.nanoTime() - start > nanos) {
      throw new Unreadable(
          "takes longer to read than "
              + limits.time()
              + ": ProcessOptions.readTimeout raises that");
    }
  }

  /** Whether an interrupt has ended the reading; the thread's flag is still set. */
  boolean interrupted() {
    return interrupted;
  }
}
