package io.millrace.cli.driver;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.ExecutorAllocationClient;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import scala.collection.immutable.Map$;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Says which workers share the limits. A cluster may have begun to start others before it was told how many there are to be: each of
 * those would have a share that nobody gave it, so it has to go. One that comes in place of a lost one may stay; one that comes in
 * place of one that is decommissioned, and still works, may not. Thread-safe.
 */
final class Admission {
  private final int most;

  /* Guarded by this. */
  private final Set<String> admitted = new HashSet<>();
  private final Set<String> refused = new HashSet<>();

  Admission(int most) {
    this.most = most;
  }

  /** Keeps the workers to so many, from now on. */
  static void limit(SparkContext context, int most) {
    Admission admission = new Admission(most);
    context.addSparkListener(
        new SparkListener() {
          @Override
          public void onExecutorAdded(SparkListenerExecutorAdded added) {
            admission.apply(context);
          }

          @Override
          public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
            admission.apply(context);
          }
        });
    admission.apply(context);
  }

  /* By two threads at once, maybe: each of them asks for the number when it has ended what is too much. */
  private void apply(SparkContext context) {
    if (context.isStopped()
        || !(context.schedulerBackend() instanceof ExecutorAllocationClient client)) {
      return;
    }
    Set<String> there = Set.copyOf(CollectionConverters.asJava(context.getExecutorIds()));
    List<String> surplus = surplus(there);
    if (!surplus.isEmpty()) {
      // SparkContext.killExecutors does the same, but not under dynamic allocation, which --workers
      // uses.
      var _ =
          client.killExecutors(CollectionConverters.asScala(surplus).toSeq(), true, false, true);
    }
    // Those that were ended were taken off the number that Spark asks for. A cluster does not count
    // those that only end their tasks.
    long leaving =
        there.stream()
            .filter(each -> !surplus.contains(each) && !client.isExecutorActive(each))
            .count();
    var _ =
        context.requestTotalExecutors((int) Math.max(0, most - leaving), 0, Map$.MODULE$.empty());
  }

  /** Which of those that are there have to go. Who was told once is told again until it is gone. */
  synchronized List<String> surplus(Collection<String> there) {
    admitted.retainAll(there);
    refused.retainAll(there);
    for (String each : there) {
      if (!refused.contains(each) && !admitted.contains(each)) {
        (admitted.size() < most ? admitted : refused).add(each);
      }
    }
    return List.copyOf(refused);
  }
}
