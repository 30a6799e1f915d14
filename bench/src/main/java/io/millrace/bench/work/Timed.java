package io.millrace.bench.work;

import com.sun.management.ThreadMXBean;
import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Job;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What some runs of a job took.
 *
 * @param nanos of one run
 * @param bytes that one run allocated, on all threads: what virtual threads allocate counts on their
 *     carriers
 */
record Timed(double nanos, double bytes) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Runs a job once, and again until so much time has passed. */
  static Timed run(Contender contender, Job job, Duration atLeast) throws Exception {
    Sum sum = new Sum();
    long bytes = THREADS.getTotalThreadAllocatedBytes();
    long start = System.nanoTime();
    long runs = 0;
    long nanos;
    do {
      contender.run(job, sum);
      runs++;
      nanos = System.nanoTime() - start;
    } while (nanos < atLeast.toNanos());
    bytes = THREADS.getTotalThreadAllocatedBytes() - bytes;
    sum.check(job.items().size(), runs);
    return new Timed((double) nanos / runs, (double) bytes / runs);
  }

  static Timed once(Contender contender, Job job) throws Exception {
    return run(contender, job, Duration.ZERO);
  }
}
