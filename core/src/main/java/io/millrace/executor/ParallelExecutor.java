package io.millrace.executor;

import io.millrace.Parallel;
import io.millrace.base.Closing;
import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.engine.Engine;
import io.millrace.engine.feed.TaskFeed;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.plan.Action;
import io.millrace.plan.Context;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.Triple;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.BaseStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ExecutorService} that bounds how many tasks run at once, and runs them first come, first served.
 * It is for tasks that come one by one, where {@link Parallel#map} and the like have all items from the start.
 *
 * {@snippet file="io/millrace/examples/ExecutorExampleTest.java" region="executor"}
 *
 * <p>Tasks run in virtual threads (or what {@link Parallel#workers} says), which exist only while there is
 * work. Waiting tasks queue up without a thread, and without bound unless there is a {@link QueueLimit}. An
 * executor that is not used any more needs no shutdown to be collected as garbage, but {@link #close} waits
 * for its tasks. One that is made inside of a cancel scope is stopped with that.
 *
 * <p>A task that is interrupted by its timeout and ignores that is abandoned after the grace period: its
 * future fails with an {@link io.millrace.outcome.AbandonedException}, and its slot stays taken until the task
 * returns. Shutting down waits for all other running tasks however long they take, as every executor does. If
 * an executor given by {@link Parallel#workers} refuses a worker, that ends this one.
 *
 * <p><b>Waiting inside of a task.</b> A task that waits for tasks of its own executor keeps its worker
 * meanwhile. When all workers do that, none is left to run what they wait for, and the one that began last
 * gets a {@link DeadlockException} in place of its wait: from futures, {@code map}, {@code invokeAll}, {@code
 * waitFor}, {@code asCompleted}, and from {@code submit} where that waits for room. Waits with a timeout end
 * by themselves and do not count, nor do waits in a chain that does not take all workers.
 *
 * <p><b>Memory consistency.</b> What a thread does before it submits a task happens before the task runs; what
 * the task does happens before its future is done.
 *
 * <p><b>Checkpoint.</b> With a {@link Parallel#checkpoint}, tasks have {@linkplain TaskOptions#key keys}, and those that an
 * earlier executor has done are not run again: see {@link #submit(Callable, TaskOptions)}. What gives tasks no keys
 * throws an {@link UnsupportedOperationException}: {@code execute}, {@code submit(Runnable)}, {@code invokeAll}, {@code
 * invokeAny}, {@code map} and {@code mapIter}. Asynchronous stages of futures run, and are not stored. Such an executor has the
 * checkpoint until it has terminated, so it has to be closed.
 *
 * <p>Thread-safe. Null arguments are refused with a {@link NullPointerException}; tasks that come after the
 * shutdown with a {@link RejectedExecutionException}.
 */
public final class ParallelExecutor implements ExecutorService {
  private final TaskOptions options;
  private final TimeSource clock;
  private final Engine engine;
  private final Home home;
  private final Entrance entrance;
  private final Shutdown shutdown;

  private ParallelExecutor(Config config, QueueLimit queueLimit, Duration deadline) {
    clock = config.clock;
    TaskFeed feed = new TaskFeed();
    options = TaskOptions.of(config.retry, config.attemptTimeout, config.itemTimeout, deadline);
    Context context = new Context(config.carriers, config.scopedValues);
    StoredTasks stored = new StoredTasks(config.checkpoint != null);
    home = new Home(feed, context, options.retry(Retry.none()).tuning(), stored);
    engine = ScopedValue.where(Home.OF_WORKER, home).call(() -> start(config, feed));
    home.open(engine);
    entrance = new Entrance(home, config, queueLimit);
    shutdown = new Shutdown(entrance, home);
  }

  /* Tasks bring the context of their submitters; workers know whose they are. */
  private static Engine start(Config config, TaskFeed feed) {
    Config endless =
        config.with(
            copy -> {
              copy.window = Integer.MAX_VALUE;
              copy.carriers = List.of();
              copy.scopedValues = List.of(Home.OF_WORKER);
            });
    Action<Submitted, @Nullable Object> attempt = Submitted::attempt;
    return Engine.start(endless, attempt, feed, Engine.Delivery.TO_ITEMS);
  }

  /**
   * At most {@code concurrency} tasks at once.
   *
   * @param concurrency at least 1
   */
  public static ParallelExecutor of(int concurrency) {
    return of(Parallel.of(concurrency));
  }

  /**
   * Runs tasks as a {@code Parallel} says: its concurrency, workers, rate limit, timeouts and retries
   * hold for each task, and its stop token, run timeout, failure rate and budget end the executor. A task's own {@link
   * TaskOptions} replace the retries and timeouts. Each task has the context of the thread that submits it: its
   * class loader, and what {@link Parallel#context} and {@link Parallel#scopedValues} have chosen.
   *
   * @throws IllegalArgumentException for an option that means nothing for tasks: a window, an order, a
   *     failure policy that ends runs, listeners to outcomes, keys, costs, the caller's thread as worker
   */
  public static ParallelExecutor of(Parallel parallel) {
    return of(parallel, QueueLimit.unlimited());
  }

  /**
   * As {@link #of(Parallel)}, with a limit on how many tasks may wait.
   *
   * @throws IllegalArgumentException for an option that means nothing for tasks
   */
  public static ParallelExecutor of(Parallel parallel, QueueLimit queueLimit) {
    return of(parallel, queueLimit, Require.NEVER);
  }

  /**
   * As {@link #of(Parallel, QueueLimit)}, with a deadline for each task that brings no options.
   *
   * @param deadline as {@link TaskOptions#deadline(Duration)}; a command of {@link #execute} that has begun is not ended by it
   * @throws IllegalArgumentException for an option that means nothing for tasks
   */
  public static ParallelExecutor of(Parallel parallel, QueueLimit queueLimit, Duration deadline) {
    Objects.requireNonNull(queueLimit, "queueLimit");
    Require.notNegative("deadline", deadline);
    Config config = ConfigAccess.configOf(parallel);
    Refused.check(config);
    return new ParallelExecutor(config, queueLimit, deadline);
  }

  /** The clock that tasks go by, and those who wait for them. */
  TimeSource clock() {
    return clock;
  }

  Home home() {
    return home;
  }

  /** Whether a task that comes now need not wait for room. */
  boolean hasRoom() {
    return entrance.hasRoom();
  }

  /** Most tasks at once. */
  public int concurrency() {
    return engine.concurrency();
  }

  /**
   * Runs at most this many tasks at once from now on: more start at once, or what runs beyond that finishes. A queue limit
   * stays as it is for the tasks that wait. Never blocks.
   *
   * <p>If tasks wait for tasks of their own executor, see that enough workers are left: a wait that began before the
   * concurrency was lowered gets no {@link DeadlockException}. A higher concurrency frees it.
   *
   * @param concurrency at least 1
   */
  public void concurrency(int concurrency) {
    int before = engine.concurrency(Require.atLeast("concurrency", concurrency, 1));
    entrance.change(concurrency - before);
  }

  /**
   * Starts no task until {@link #resume}, and no retry. What runs goes on, tasks can be submitted, deadlines and the
   * executor's run timeout end as at other times, and no permit of a rate limit is taken. Shutting down resumes,
   * because all tasks that were submitted run then. Never blocks.
   */
  public void pause() {
    if (!isShutdown()) {
      engine.pause();
      if (isShutdown()) {
        engine.resume();
      }
    }
  }

  /** Goes on after {@link #pause}. Does nothing if the executor is not paused. Never blocks. */
  public void resume() {
    engine.resume();
  }

  /** Whether the executor is paused. */
  public boolean isPaused() {
    return engine.isPaused();
  }

  /**
   * The options of tasks that are submitted without options. A changed copy of them differs only in what you
   * change.
   */
  public TaskOptions options() {
    return options;
  }

  // Single tasks

  @Override
  public <R extends @Nullable Object> ExecutorFuture<R> submit(Callable<R> task) {
    return submit(task, options);
  }

  /**
   * Submits a task that has options of its own.
   *
   * <p>In an executor with a {@linkplain Parallel#checkpoint checkpoint} the options have a {@link TaskOptions#key}. A task whose
   * value is stored is not run. Else its outcome is stored before its future is done; a failed task runs again when it is
   * submitted again, and one that is cancelled before its call has returned stores nothing. A value that cannot be stored, or restored, fails its task with a {@link
   * io.millrace.checkpoint.CheckpointException}; a store that fails ends the executor, and fails all futures with that.
   *
   * @throws IllegalArgumentException if there is a checkpoint and no key, or the other way round
   * @throws RejectedExecutionException if a task with the same key is under way
   */
  public <R extends @Nullable Object> ExecutorFuture<R> submit(
      Callable<R> task, TaskOptions options) {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(options, "options");
    home.stored().check(options);
    Task<R> submitted = task(task, options, false);
    home.stored().begin(submitted);
    try {
      entrance.admit(submitted, options.deadline());
    } catch (Throwable refused) {
      home.stored().end(submitted);
      throw refused;
    }
    return submitted.future;
  }

  /**
   * A task that nobody has in hand: {@link #shutdownNow} cancels it, as whoever waits for it cannot. It is not
   * submitted yet: what a carrier throws here is not taken for what a wait throws there.
   */
  <R extends @Nullable Object> Task<R> part(Callable<R> task, TaskOptions options) {
    return task(task, options, true);
  }

  /**
   * Submits it; waits for room.
   *
   * @throws TimeoutException if there was none in time
   */
  <R extends @Nullable Object> ExecutorFuture<R> submitPart(
      Task<R> part, TaskOptions options, TimeLimit limit)
      throws InterruptedException, TimeoutException {
    entrance.admitPart(part, options.deadline(), limit);
    return part.future;
  }

  /** As {@link #submitPart}; false if the time was up, or there was something better to do than to wait for room. */
  boolean trySubmitPart(Task<?> part, TimeLimit limit, Consumer<Runnable> whenBetter)
      throws InterruptedException {
    return entrance.admitPart(part, options.deadline(), limit, whenBetter);
  }

  private <R extends @Nullable Object> Task<R> task(
      Callable<R> task, TaskOptions options, boolean isPart) {
    return new Task<>(home, task, options.tuning(), clock, isPart);
  }

  @Override
  public ExecutorFuture<?> submit(Runnable task) {
    return this.<@Nullable Object>submit(task, null);
  }

  @Override
  public <R extends @Nullable Object> ExecutorFuture<R> submit(Runnable task, R result) {
    Objects.requireNonNull(task, "task");
    home.stored().refuse("submit(Runnable)", "submit(Callable, TaskOptions)");
    return submit(
        () -> {
          task.run();
          return result;
        },
        options);
  }

  /**
   * Runs a task that has no future: an exception goes to the uncaught-exception handler of the thread that
   * runs the task, and the task is not repeated.
   */
  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    home.stored().refuse("execute", "submit(Callable, TaskOptions)");
    entrance.admit(home.command(command, home.capture()), options.deadline());
  }

  @Override
  public <R extends @Nullable Object> List<Future<R>> invokeAll(
      Collection<? extends Callable<R>> tasks) throws InterruptedException {
    home.stored().refuse("invokeAll", "submit(Callable, TaskOptions)");
    return Invocations.all(this, tasks, Long.MAX_VALUE);
  }

  @Override
  public <R extends @Nullable Object> List<Future<R>> invokeAll(
      Collection<? extends Callable<R>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException {
    home.stored().refuse("invokeAll", "submit(Callable, TaskOptions)");
    return Invocations.all(this, tasks, unit.toNanos(timeout));
  }

  @Override
  public <R extends @Nullable Object> R invokeAny(Collection<? extends Callable<R>> tasks)
      throws InterruptedException, ExecutionException {
    home.stored().refuse("invokeAny", "submit(Callable, TaskOptions)");
    try {
      return Invocations.any(this, tasks, Long.MAX_VALUE);
    } catch (TimeoutException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Override
  public <R extends @Nullable Object> R invokeAny(
      Collection<? extends Callable<R>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    home.stored().refuse("invokeAny", "submit(Callable, TaskOptions)");
    return Invocations.any(this, tasks, unit.toNanos(timeout));
  }

  // Many items

  /**
   * The values of an action over items, in input order. The first failure in that order is thrown as
   * itself; the rest is cancelled then. Items share the workers with all other tasks, and are read as
   * workers need them.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted: the items
   *     are cancelled, and the interrupt flag is set
   */
  public <T extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    try (Stream<R> values = mapIter(items, action)) {
      return listOf(values);
    }
  }

  /** {@link #map(Iterable, Action)} over a stream: see {@link Source#of(BaseStream)}. */
  public <T extends @Nullable Object, R extends @Nullable Object> List<R> map(
      BaseStream<? extends T, ?> items, Action<? super T, ? extends R> action) {
    return map(Source.<T>of(items), action);
  }

  /**
   * {@link #map(Iterable, Action)} with options for each item's task, and within a time.
   *
   * @param timeout for all of it, from now; not negative; by this executor's clock, as all its timeouts
   * @throws TimeoutException if the time is up: the rest is cancelled. A {@code TimeoutException} that the
   *     action, its own timeout or the items threw is the cause of an {@link ExecutionException}
   */
  public <T extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action,
      TaskOptions options,
      Duration timeout)
      throws TimeoutException {
    try (Stream<R> values = mapIter(items, action, options, timeout)) {
      return listOf(values);
    }
  }

  /** {@link #map(Iterable, Action)} over pairs, up to the end of the shorter source. */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      List<R> map(
          Iterable<? extends A> first,
          Iterable<? extends B> second,
          Action.Two<? super A, ? super B, ? extends R> action) {
    Iterable<Map.Entry<A, B>> pairs = Source.<A, B>zip(first, second);
    require("action", action, pairs);
    Action<Map.Entry<A, B>, R> spread = Action.spread(action);
    return map(pairs, spread);
  }

  /** {@link #map(Iterable, Action)} over triples, up to the end of the shortest source. */
  public <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      List<R> map(
          Iterable<? extends A> first,
          Iterable<? extends B> second,
          Iterable<? extends C> third,
          Action.Three<? super A, ? super B, ? super C, ? extends R> action) {
    Iterable<Triple<A, B, C>> triples = Source.<A, B, C>zip(first, second, third);
    require("action", action, triples);
    Action<Triple<A, B, C>, R> spread = Action.spread(action);
    return map(triples, spread);
  }

  private static <R extends @Nullable Object> List<R> listOf(Stream<R> values) {
    List<R> all = new ArrayList<>();
    values.forEachOrdered(all::add);
    return all;
  }

  /**
   * The values of an action over items, one by one and lazily, in input order: no more than twice the
   * concurrency is submitted ahead of what was taken. Failures as in {@link #map(Iterable, Action)}. The
   * items are read, and closed (see {@link Source}), in the thread that takes the values. Close the
   * stream, best by try-with-resources: that cancels what was submitted and not taken.
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> mapIter(
      Iterable<? extends T> items, Action<? super T, ? extends R> action) {
    return mapIter(items, action, options, Require.NEVER);
  }

  /**
   * {@link #mapIter(Iterable, Action)} with options for each item's task, and within a time; when that is up,
   * the stream throws a {@link TimeoutException}, as {@link #map(Iterable, Action, TaskOptions, Duration)}
   * does. The time is checked between two reads of the items, so it does not end a read that blocks.
   *
   * @param timeout for all of it, from now; not negative
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Stream<R> mapIter(
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action,
      TaskOptions options,
      Duration timeout) {
    Objects.requireNonNull(items, "items");
    require("action", action, items);
    require("options", options, items);
    require("timeout", timeout, items);
    if (timeout.isNegative()) {
      throw Closing.after(
          new IllegalArgumentException("timeout must not be negative, but is " + timeout), items);
    }
    try {
      home.stored().refuse("map", "Parallel.map, stream or start with a checkpoint that has a key");
      home.stored().check(options);
      return Mapping.of(this, items, action, options, FutureWaits.nanos(timeout));
    } catch (RuntimeException broken) { // a clock
      throw Closing.after(broken, items);
    } catch (Error broken) {
      throw Closing.after(broken, items);
    }
  }

  /* Who is given a source closes it, so also if the other arguments are refused. */
  private static void require(String name, @Nullable Object argument, Iterable<?> items) {
    if (argument == null) {
      throw Closing.after(new NullPointerException(name), items);
    }
  }

  // Many futures

  /**
   * Futures in the order in which they are done, as a stream that waits for each of them, also in {@code
   * count()}. The cost is linear. Close a stream that is left early: until then, or until it is collected as
   * garbage, it listens to the other futures.
   *
   * @param futures of this executor or of any other kind
   */
  public static <F extends CompletableFuture<?>> Stream<F> asCompleted(
      Collection<? extends F> futures) {
    return asCompleted(futures, Require.NEVER);
  }

  /**
   * {@link #asCompleted(Collection)} within a time; when that is up and futures are left that are not
   * done, the stream throws a {@link TimeoutException}. The futures go on.
   *
   * @param timeout for all futures together, from now; not negative
   */
  public static <F extends CompletableFuture<?>> Stream<F> asCompleted(
      Collection<? extends F> futures, Duration timeout) {
    return Completions.of(futures, FutureWaits.nanos(timeout));
  }

  /** Waits until all futures are done, of this executor or of any other kind. Never throws what a task threw. */
  public static <F extends CompletableFuture<?>> Waited<F> waitFor(Collection<? extends F> futures)
      throws InterruptedException {
    return waitFor(futures, WaitStrategy.ALL_COMPLETED);
  }

  /** Waits for futures, of this executor or of any other kind. Never throws what a task threw. */
  public static <F extends CompletableFuture<?>> Waited<F> waitFor(
      Collection<? extends F> futures, WaitStrategy strategy) throws InterruptedException {
    try {
      return waitFor(futures, strategy, Require.NEVER);
    } catch (TimeoutException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Waits for futures, but not for longer than this; at zero it only looks.
   *
   * @return when the time is up, what is done and what is not, if the strategy is not to wait for all
   * @throws TimeoutException if the time is up, and the strategy is {@link WaitStrategy#ALL_COMPLETED}
   */
  public static <F extends CompletableFuture<?>> Waited<F> waitFor(
      Collection<? extends F> futures, WaitStrategy strategy, Duration timeout)
      throws InterruptedException, TimeoutException {
    Objects.requireNonNull(strategy, "strategy");
    return FutureWaits.waitFor(futures, strategy, FutureWaits.nanos(timeout));
  }

  // The end

  @Override
  public void shutdown() {
    shutdown.runWaiting();
  }

  /**
   * Shuts down, and cancels the tasks that have not begun, and the futures of asynchronous stages that wait for a
   * worker; what runs goes on. Commands of {@link #execute} that have not begun are dropped; one that is a {@link
   * Future} itself is cancelled. Does not wait: {@link #close} does, and {@link #awaitTermination}.
   */
  public void shutdownAndCancel() {
    shutdown.cancelWaiting();
  }

  /**
   * Shuts down, and interrupts what runs.
   *
   * @return the tasks that have not begun: for a submitted task the very future that {@code submit} returned,
   *     which stays as it is until somebody runs or cancels it; for a command the one that was given to {@code
   *     execute}. The futures of {@code map}, {@code mapIter}, {@code invokeAll} and {@code invokeAny}, which
   *     no caller has, are cancelled. So are those of asynchronous stages, which are not in the list
   */
  @Override
  public List<Runnable> shutdownNow() {
    return shutdown.interruptRunning();
  }

  /**
   * Shuts down, and waits until all tasks are done. If the calling thread is interrupted meanwhile, running
   * tasks are interrupted, tasks that have not begun are cancelled, and the interrupt flag is set again at the
   * end.
   *
   * @throws DeadlockException after the shutdown, if the calling thread is a worker of this executor, or runs a stage of a task
   *     that was abandoned: it would wait for itself
   */
  @Override
  public void close() {
    shutdown.runWaitingAndJoin();
  }

  @Override
  public boolean isShutdown() {
    return shutdown.hasBegun();
  }

  @Override
  public boolean isTerminated() {
    return shutdown.isComplete();
  }

  /**
   * Waits until all tasks are done after a shutdown.
   *
   * @throws DeadlockException if the calling thread is one that {@link #close} would throw this in, and the timeout is as long as
   *     can be
   */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return shutdown.await(unit.toNanos(timeout));
  }

  @Override
  public String toString() {
    String state =
        isTerminated()
            ? "terminated"
            : isShutdown() ? "shut down" : isPaused() ? "paused" : "running";
    Shown shown = new Shown("ParallelExecutor").part("at most " + concurrency() + " at once");
    if (!entrance.limit().isNone()) {
      shown.part(entrance.limit());
    }
    if (!options.isNone()) {
      shown.part(options);
    }
    return shown.part(state).toString();
  }
}
