package io.millrace.bench.work;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** Counts items and looks at the heap after a collection every so often. */
final class LiveHeap {
  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final long every;
  private long count;
  private long first;
  private long last;
  private long most;

  LiveHeap(long every) {
    this.every = every;
  }

  void passed() {
    count++;
    if (count % every == 0) {
      look();
    }
  }

  private void look() {
    memory.gc();
    last = memory.getHeapMemoryUsage().getUsed();
    most = Math.max(most, last);
    if (first == 0) {
      first = last;
    }
  }

  long count() {
    return count;
  }

  long most() {
    return most;
  }

  /** From the first look to the last one. */
  long growth() {
    return last - first;
  }
}
