package io.millrace.spark;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.engine.watch.Watch;
import io.millrace.plan.Order;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * Runs one action over the rows of a {@link Dataset}, or of an RDD, on the workers of a Spark cluster, as a {@link Parallel}
 * says. Immutable and thread-safe; each method makes a changed copy.
 *
 * {@snippet file="io/millrace/spark/SparkExampleTest.java" region="first"}
 *
 * <p><b>Per worker.</b> All tasks of a {@code map} in one executor JVM share one run, so the concurrency, the rate limit and
 * everything else hold for each worker: with 10 of them, 64 calls at once are 640. If one limit holds for all workers together, give each worker a share of it.
 *
 * <p><b>What is sent.</b> The configuration, the client's supplier and the action are sent to the workers, so what they capture
 * has to be serializable. The {@code Parallel}, its clocks, limiters and listeners, and the client are made there, once on each
 * worker; a client that is {@link AutoCloseable} is closed when no task has come for a while: see {@link #keepOpen}.
 *
 * <p><b>Failures</b> of items are rows. A task fails if the client cannot be opened, if a listener throws, if a fatal answer ends the run (see
 * {@link io.millrace.plan.Retry#endRunWhen(java.util.function.Predicate)}), or if abandoned calls keep all slots for longer than the patience, even at the last outcome;
 * Spark repeats it as often as {@code spark.task.maxFailures} says.
 *
 * <p><b>How often an item is called.</b> Each item has one row in what Spark writes and in what {@link #run(Dataset,
 * PartitionHandler)} hands out. Its action is called at least once: again if its task is repeated, because a worker was lost for example, and again
 * whenever Spark computes the rows anew. So use the rows once: write them, and go on with what was written. With a {@linkplain
 * io.millrace.Parallel#checkpoint checkpoint} that all workers share, what is stored is not called again, neither by a task that
 * is repeated nor by a job that is started again: it comes with 0 attempts.
 *
 * <p>Null arguments are refused with a {@link NullPointerException}; what means nothing on a cluster, or cannot be sent to the
 * workers, with an {@link IllegalArgumentException} on the driver, before anything runs.
 */
public final class SparkParallel {
  private static final Duration DEFAULT_KEEP_OPEN = Duration.ofSeconds(30);

  private final WorkerSupplier<Parallel> configuration;
  private final int window;
  private final boolean ordered;
  private final boolean isStored;
  private final boolean isWatchedThere;
  private final Duration keepOpen;
  private final @Nullable CallCounts counts;
  private final @Nullable Watch watch;

  private SparkParallel(WorkerSupplier<Parallel> configuration, Config config) {
    this.configuration = configuration;
    this.window = config.room(config.mostConcurrency());
    this.ordered = config.order == Order.INPUT;
    this.isStored = config.checkpoint != null;
    this.isWatchedThere = config.watch != null;
    this.keepOpen = DEFAULT_KEEP_OPEN;
    this.counts = null;
    this.watch = null;
  }

  private SparkParallel(
      SparkParallel other, Duration keepOpen, @Nullable CallCounts counts, @Nullable Watch watch) {
    this.configuration = other.configuration;
    this.window = other.window;
    this.ordered = other.ordered;
    this.isStored = other.isStored;
    this.isWatchedThere = other.isWatchedThere;
    this.keepOpen = keepOpen;
    this.counts = counts;
    this.watch = watch;
  }

  /**
   * Runs actions as the {@code Parallel} says that this function makes. It is called once here, to check the options, and
   * once on each worker.
   *
   * <p>Each task reads at most a {@linkplain Parallel#window window} of rows ahead. Rows come in completion order within their
   * partition; if {@link Parallel#ordered}, in the order of the items.
   *
   * @throws IllegalArgumentException for an option that means nothing on a cluster: a barrier, a failure policy that ends runs,
   *     a failure rate, a budget, a run timeout, a stop token, a control, a checkpoint that one run at a time has or that has no
   *     keys, a truncation, context, the caller's thread as worker; and if the function cannot be sent to the workers, or throws
   */
  public static SparkParallel of(WorkerSupplier<Parallel> configuration) {
    Objects.requireNonNull(configuration, "configuration");
    Sendable.check("configuration", configuration);
    Config config = ConfigAccess.configOf(made(configuration));
    Options.check(config);
    return new SparkParallel(configuration, config);
  }

  static Parallel made(WorkerSupplier<Parallel> configuration) {
    try {
      return Objects.requireNonNull(
          configuration.get(), "configuration must return a Parallel, not null");
    } catch (RuntimeException broken) {
      throw broken;
    } catch (Exception broken) {
      throw new IllegalArgumentException(
          "configuration must return a Parallel, but it throws " + broken, broken);
    }
  }

  /**
   * How long a worker keeps its run, with its limits, and its client when it has no task.
   *
   * @param duration from zero to a day; the default is 30 s. At zero, they end with the last task
   */
  public SparkParallel keepOpen(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    return new SparkParallel(this, Options.keepOpen(duration), counts, watch);
  }

  /** Counts outcomes on the driver; by default nothing is counted. */
  public SparkParallel counting(CallCounts counts) {
    Objects.requireNonNull(counts, "counts");
    return new SparkParallel(this, keepOpen, counts, watch);
  }

  /**
   * The monitor watches what all workers do together, as that of a {@link Parallel} watches a run. It hears of tasks that run by
   * Spark's heartbeats, every 10 s if {@code spark.executor.heartbeatInterval} says nothing else, and of each task when it has
   * ended. It may watch several of these, and runs of the driver as well.
   *
   * <ul>
   *   <li><b>Items</b> are those that Spark has: read, done, failed and restored rows count once for each partition of a stage, also if its
   *       task is done again. Rows that a task has read and not handed out are not run. How many there will be in all is not known.
   *   <li><b>Work</b> is what the workers do, also in vain: attempts and their times, retries and pauses. That of tasks that have failed comes with the next
   *       report of their worker; what a lost worker has done since its last heartbeat is missing.
   *   <li><b>Now</b>, of workers that have tasks: attempts under way, slots, and what waits for what.
   * </ul>
   *
   * {@snippet file="io/millrace/spark/SparkMonitorTest.java" region="monitor"}
   *
   * @throws IllegalArgumentException if it has a listener, which would hear nothing; if its wording, which is sent to the workers,
   *     is not serializable; and if the configuration has a monitor of its own
   */
  public SparkParallel monitor(Monitor monitor) {
    Objects.requireNonNull(monitor, "monitor");
    Watch checked = Options.checkMonitor(ClusterFigures.watchOf(monitor), isWatchedThere);
    return new SparkParallel(this, keepOpen, counts, checked);
  }

  /**
   * The outcomes of an action over the rows, one row each. Lazy: nothing is called before Spark needs the rows.
   *
   * @param encoder how values become columns, for example {@code Encoders.STRING()}; of a type whose values can be null,
   *     because failures have none
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Dataset<SparkOutcome<T, R>> map(
      Dataset<T> items, SparkAction<? super T, ? extends R> action, Encoder<R> encoder) {
    return map(items, NoClient::new, withoutClient(action), encoder);
  }

  /**
   * As {@link #map(Dataset, SparkAction, Encoder)}, for an action that needs a client, such as a connection pool.
   *
   * @param client opens what all calls on a worker share; closed there at the end, if it is {@link AutoCloseable}
   */
  public <C, T extends @Nullable Object, R extends @Nullable Object>
      Dataset<SparkOutcome<T, R>> map(
          Dataset<T> items,
          WorkerSupplier<C> client,
          ClientAction<? super C, ? super T, ? extends R> action,
          Encoder<R> encoder) {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(
        encoder, "encoder, which says how values become columns: for example Encoders.STRING()");
    PartitionTask<T, R> task = task(client, action, () -> items.sparkSession().sparkContext());
    return items.mapPartitions(task, OutcomeEncoder.<T, R>of(items.encoder(), encoder));
  }

  /** The outcomes of an action over the elements of an RDD. Lazy, as {@link #map(Dataset, SparkAction, Encoder)}. */
  public <T extends @Nullable Object, R extends @Nullable Object> JavaRDD<SparkOutcome<T, R>> map(
      JavaRDD<T> items, SparkAction<? super T, ? extends R> action) {
    return map(items, NoClient::new, withoutClient(action));
  }

  /** As {@link #map(JavaRDD, SparkAction)}, for an action that needs a client. */
  public <C, T extends @Nullable Object, R extends @Nullable Object>
      JavaRDD<SparkOutcome<T, R>> map(
          JavaRDD<T> items,
          WorkerSupplier<C> client,
          ClientAction<? super C, ? super T, ? extends R> action) {
    Objects.requireNonNull(items, "items");
    return items.mapPartitions(this.<C, T, R>task(client, action, items::context));
  }

  private static <T extends @Nullable Object, R extends @Nullable Object>
      ClientAction<NoClient, T, R> withoutClient(SparkAction<? super T, ? extends R> action) {
    Objects.requireNonNull(action, "action");
    Sendable.check("action", action);
    return (_, item) -> action.apply(item);
  }

  private <C, T extends @Nullable Object, R extends @Nullable Object> PartitionTask<T, R> task(
      WorkerSupplier<C> client,
      ClientAction<? super C, ? super T, ? extends R> action,
      Supplier<SparkContext> context) {
    Objects.requireNonNull(client, "client");
    Objects.requireNonNull(action, "action");
    Sendable.check("client", client);
    Sendable.check("action", action);
    @SuppressWarnings("unchecked") // it takes no less, and gives no more
    ClientAction<C, T, R> exact = (ClientAction<C, T, R>) action;
    return new PartitionTask<>(
        new Job<>(
            UUID.randomUUID(),
            configuration,
            client,
            exact,
            window,
            ordered,
            isStored,
            keepOpen,
            watch == null ? null : ClusterFigures.reports(watch, context.get())),
        counts);
  }

  /**
   * Computes the rows, and hands those of each partition to the handler once, as soon as the partition has ended. So the driver
   * has the rows of a few partitions at a time, and not of all, unless the handler is slower than the workers: then partitions wait
   * in its memory. The handler runs in the calling thread, one partition after the other.
   *
   * {@snippet file="io/millrace/spark/SparkExampleTest.java" region="run"}
   *
   * <p>Rows are sent by Java serialization. Spark adds up the bytes of all partitions of a job, and ends it above {@code
   * spark.driver.maxResultSize}: set that to 0 for large jobs.
   *
   * @throws org.apache.spark.SparkException if the job fails, with what to do if a worker has another Java, or lacks classes
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted while it waits; the job is
   *     cancelled then, and the interrupt flag set
   * @throws Exception what the handler throws, as itself; the job is cancelled then
   */
  public static <O> void run(Dataset<O> rows, PartitionHandler<? super O> handler)
      throws Exception {
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(handler, "handler");
    run(rows.javaRDD(), handler);
  }

  /** As {@link #run(Dataset, PartitionHandler)}, for an RDD. */
  public static <O> void run(JavaRDD<O> rows, PartitionHandler<? super O> handler)
      throws Exception {
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(handler, "handler");
    PartitionJob.run(rows.rdd(), handler);
  }

  /** The configuration, as it is made here, and how long it is kept. */
  @Override
  public String toString() {
    return "SparkParallel[" + made(configuration) + ", keepOpen " + keepOpen + "]";
  }

  /** What an action has that needs nothing. */
  private static final class NoClient {}
}
