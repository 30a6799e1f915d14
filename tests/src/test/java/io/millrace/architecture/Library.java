package io.millrace.architecture;

import io.millrace.Parallel;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.cluster.SharedRateLimiter;
import io.millrace.process.ProcessPool;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.contract.PublicInterface;
import java.util.List;

/** A module that is published, and its classes that users see. That of Spark has its own test, beside Spark's jars. */
enum Library {
  CORE(Parallel.class),
  CHECKPOINT(JdbcStore.class),
  CLUSTER(SharedRateLimiter.class),
  PROCESS(ProcessPool.class),
  TESTKIT(ManualClock.class);

  private final PublicInterface visible;

  Library(Class<?> member) {
    visible = new PublicInterface(member);
  }

  PublicInterface visible() {
    return visible;
  }

  /** The public types. */
  List<Class<?>> types() {
    return visible.types();
  }
}
