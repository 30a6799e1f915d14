package io.millrace.spark;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.engine.thread.KnownWaits;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Retry;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run in this JVM, which all tasks of a job share: so what limits it holds for the worker. A thread of its own opens the
 * client, leads the run, hands each outcome to the task of its partition, and closes the client. The source of the run is what
 * the tasks have submitted; it ends when there was no task for a while, or at once when the last one has left work behind.
 */
final class WorkerEngine<C, T extends @Nullable Object, R extends @Nullable Object> {
  private static final ConcurrentMap<UUID, WorkerEngine<?, ?, ?>> OPEN = new ConcurrentHashMap<>();
  private static final System.Logger LOGGER = System.getLogger(WorkerEngine.class.getName());
  private static final Duration LONGEST_EXIT = Duration.ofSeconds(5);

  /* The entry that the calling thread is about to call the action for. */
  private static final ThreadLocal<Entry<?, ?>> AT_HAND = new ThreadLocal<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(WorkerEngine::closeAll, "millrace-spark-exit"));
  }

  private final Job<C, T, R> job;
  private final @Nullable WorkerMonitor monitor;
  private final Thread leader;

  /* What the run has read and not settled, by its index there. Written by its reader, emptied by the leader. */
  private final ConcurrentMap<Long, Entry<T, R>> read = new ConcurrentHashMap<>();

  /* Where the reader of the run waits, by the clock of the run. Written by the leader, before the run begins. */
  private volatile @Nullable KnownWaits waits;

  /* Whether that reader waits for rows; written by it. */
  private volatile boolean isAwaitingRows;

  /* The configuration of this worker, guarded by its own lock: the user's function makes it under that. */
  private final ReentrantLock making = new ReentrantLock();
  private volatile @Nullable Parallel made;

  private final ReentrantLock lock = new ReentrantLock();

  /* Guarded by the lock: tasks submit, enter and leave; the run reads; the leader ends it. */
  private final ArrayDeque<Entry<T, R>> submitted = new ArrayDeque<>();
  private final List<PartitionOutcomes<T, R>> partitions = new ArrayList<>();
  private @Nullable Run<T, R> run;
  private boolean started;
  private boolean ended;

  private WorkerEngine(Job<C, T, R> job, ThreadFactory threads) {
    this.job = job;
    WorkerReports reports = job.reports();
    this.monitor = reports == null ? null : reports.monitor();
    this.leader = threads.newThread(this::lead);
    leader.setName("millrace-spark-" + job.id());
    leader.setDaemon(true);
    leader.setContextClassLoader(Thread.currentThread().getContextClassLoader());
  }

  /** The engine that is open for a job, or else a new one. */
  static <T extends @Nullable Object, R extends @Nullable Object> WorkerEngine<?, T, R> of(
      Job<?, T, R> job) {
    return of(job, Thread::new);
  }

  /** As {@link #of(Job)}; a new one has its thread from there. */
  @SuppressWarnings("unchecked")
  static <T extends @Nullable Object, R extends @Nullable Object> WorkerEngine<?, T, R> of(
      Job<?, T, R> job, ThreadFactory threads) {
    return (WorkerEngine<?, T, R>)
        OPEN.computeIfAbsent(job.id(), _ -> new WorkerEngine<>(job, threads));
  }

  /** How many engines are open, or about to end. */
  static int open() {
    return OPEN.size();
  }

  // For the tasks

  /** False if the engine has ended: then there is room for another one. */
  boolean enter(PartitionOutcomes<T, R> partition) {
    boolean isFirst;
    lock.lock();
    try {
      if (ended) {
        OPEN.remove(job.id(), this);
        return false;
      }
      partitions.add(partition);
      isFirst = !started;
      started = true;
    } finally {
      lock.unlock();
    }
    if (isFirst) {
      start();
    }
    wake();
    return true;
  }

  private void start() {
    try {
      leader.start();
    } catch (Throwable noThread) {
      end(noThread); // so that no task waits for it
      throw noThread;
    }
  }

  void submit(Entry<T, R> entry) {
    lock.lock();
    try {
      submitted.add(entry);
    } finally {
      lock.unlock();
    }
    wake();
  }

  /** Drops what the partition has left, if anything. Without effect for one that has left already. */
  void leave(PartitionOutcomes<T, R> partition) {
    Run<T, R> cutShort = null;
    lock.lock();
    try {
      if (!partitions.remove(partition)) {
        return;
      }
      submitted.removeIf(entry -> entry.partition.equals(partition));
      if (partitions.isEmpty() && !read.isEmpty()) {
        ended = true;
        cutShort = run;
      }
    } finally {
      lock.unlock();
    }
    wake();
    if (cutShort != null) {
      cutShort.stop();
    } else {
      read.values().stream()
          .filter(entry -> entry.partition.equals(partition))
          .forEach(Entry::interrupt);
    }
  }

  // For the monitor

  /** Whether one worker of the run waits for rows. */
  boolean isAwaitingRows() {
    return isAwaitingRows;
  }

  /** Rows that the run has not read. */
  int queued() {
    lock.lock();
    try {
      return submitted.size();
    } finally {
      lock.unlock();
    }
  }

  // The run

  private void lead() {
    Throwable broken = null;
    try {
      C client =
          Objects.requireNonNull(
              job.client().get(), "the function that opens the client must not return null");
      try {
        lead(client);
      } finally {
        if (monitor != null) {
          monitor.ends(this); // before user code that may throw
        }
        close(client);
      }
    } catch (Throwable failed) {
      broken = failed;
    } finally {
      end(broken);
    }
  }

  /** What the function says that makes the configuration: called once, by a task or by the leader. */
  Config configuration() {
    Parallel known = made;
    if (known != null) {
      return ConfigAccess.configOf(known);
    }
    making.lock();
    try {
      Parallel parallel = made;
      if (parallel == null) {
        parallel = SparkParallel.made(job.configuration());
        Config config = ConfigAccess.configOf(parallel);
        Options.check(config); // it may not be as on the driver
        if ((config.checkpoint != null) != job.isStored()) {
          throw new IllegalArgumentException(
              "the configuration has a checkpoint "
                  + (job.isStored()
                      ? "on the driver, but not on this worker"
                      : "on this worker, but not on the driver"));
        }
        if (monitor != null && config.watch != null) {
          throw new IllegalArgumentException(
              "the configuration has a monitor on this worker, but not on the driver");
        }
        made = parallel;
      }
      return ConfigAccess.configOf(parallel);
    } finally {
      making.unlock();
    }
  }

  private void lead(C client) throws Exception {
    Config config = configuration();
    Parallel parallel =
        Objects.requireNonNull(made)
            .unordered()
            .withoutCheckpoint() // that is the tasks' own
            .retry(withoutEndedTasks(config.retry));
    if (monitor != null) {
      parallel = monitor.watched(parallel);
      monitor.begins(this);
    }
    waits = new KnownWaits(config.clock);
    Consumer<? super AttemptEvent> listener = config.onAttempt;
    Parallel told = parallel.onAttempt(event -> tell(event, listener));
    try (Run<T, R> begun = told.start(Submitted::new, item -> call(client, item))) {
      hold(begun);
      for (Outcome<T, R> outcome : begun) {
        Entry<T, R> entry = read.remove(outcome.index());
        if (entry != null && counts(outcome, begun)) {
          entry.partition.settle(entry, outcome);
        }
      }
    }
  }

  /* What ends a run before its time fails all its tasks, also with the last outcome of one. It has ended when the outcome comes:
   * listeners were told of it just now, and a fatal answer ends the run before it is settled. */
  private static boolean counts(Outcome<?, ?> outcome, Run<?, ?> begun) {
    return !(outcome instanceof NotRun) && begun.status() == RunStatus.RUNNING;
  }

  /* The last task may have left meanwhile. */
  private void hold(Run<T, R> begun) {
    boolean isUnwanted;
    lock.lock();
    try {
      run = begun;
      isUnwanted = ended;
    } finally {
      lock.unlock();
    }
    if (isUnwanted) {
      begun.stop();
    }
  }

  /* In the thread that is about to make the attempt, or its hedge. */
  private void tell(AttemptEvent event, @Nullable Consumer<? super AttemptEvent> listener) {
    if (event instanceof AttemptEvent.Starting || event instanceof AttemptEvent.Hedging) {
      AT_HAND.set(read.get(event.details().index()));
    }
    if (listener != null) {
      listener.accept(event);
    }
  }

  /* What the error of an ended task means is not asked of the user's functions. */
  @SuppressWarnings("NullAway") // it does not see that the items may be null in both
  private static Retry withoutEndedTasks(Retry retry) {
    return new Retry(
        retry.attempts(),
        retry.backoff(),
        retry.types(),
        (item, error) -> !(error instanceof TaskEnded) && retry.onError().test(item, error),
        retry.onResult(),
        retry.serverWait(),
        retry.maxServerWait(),
        retry.budget(),
        (item, error) -> !(error instanceof TaskEnded) && retry.fatalErrors().test(item, error),
        retry.fatalResults());
  }

  private R call(C client, T item) throws Exception {
    Entry<?, ?> entry = Objects.requireNonNull(AT_HAND.get(), "the entry of the attempt");
    AT_HAND.remove();
    Entry.Call call = entry.begin();
    try {
      if (entry.isWanted()) {
        return job.action().apply(client, item);
      }
    } catch (Throwable failed) {
      if (!entry.isWanted()) {
        throw new TaskEnded(failed);
      }
      throw failed;
    } finally {
      entry.end(call);
    }
    throw new TaskEnded(null);
  }

  private void end(@Nullable Throwable broken) {
    List<PartitionOutcomes<T, R>> left;
    lock.lock();
    try {
      ended = true;
      left = List.copyOf(partitions);
      partitions.clear();
    } finally {
      lock.unlock();
    }
    OPEN.remove(job.id(), this);
    Throwable why =
        broken != null ? broken : new CancellationException("the worker is shutting down");
    left.forEach(partition -> partition.fail(why));
    if (left.isEmpty() && broken != null && !(broken instanceof TruncatedRunException)) {
      LOGGER.log(
          Level.WARNING, "a run on this worker ended with an error that no task has seen", broken);
    }
  }

  private static void close(@Nullable Object client) {
    if (client instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception broken) {
        LOGGER.log(
            Level.WARNING, "a client could not be closed: " + client.getClass().getName(), broken);
      }
    }
  }

  /** Ends all engines, and waits for that, for some seconds at most. */
  static void closeAll() {
    long deadline = System.nanoTime() + LONGEST_EXIT.toNanos();
    List<WorkerEngine<?, ?, ?>> all = List.copyOf(OPEN.values());
    all.forEach(WorkerEngine::stop);
    for (WorkerEngine<?, ?, ?> engine : all) {
      try {
        engine.leader.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      } catch (InterruptedException hurried) {
        return;
      }
    }
  }

  private void stop() {
    Run<T, R> current;
    lock.lock();
    try {
      ended = true;
      current = run;
    } finally {
      lock.unlock();
    }
    wake();
    if (current != null) {
      current.stop();
    }
  }

  // For the reader of the run

  private boolean hasEnded() {
    return asked(() -> ended);
  }

  /* Nobody is there, and nothing is to be done. */
  private boolean isIdle() {
    return asked(() -> !ended && partitions.isEmpty() && submitted.isEmpty());
  }

  private boolean hasNews() {
    return asked(() -> ended || partitions.isEmpty() || !submitted.isEmpty());
  }

  private void endIfIdle() {
    lock.lock();
    try {
      ended |= partitions.isEmpty() && submitted.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private boolean asked(BooleanSupplier question) {
    lock.lock();
    try {
      return question.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  /* After each change that the reader may wait for, without the lock. */
  private void wake() {
    KnownWaits known = waits;
    if (known != null) {
      known.wake();
    }
  }

  /** What the tasks have submitted, for the run: a worker of the run waits in it while there is nothing. */
  private final class Submitted implements Iterator<T> {
    private long index;
    private @Nullable Entry<T, R> next;

    @Override
    public boolean hasNext() {
      if (next == null) {
        next = await();
      }
      return next != null;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Entry<T, R> entry = Objects.requireNonNull(next);
      next = null;
      return entry.item;
    }

    /* Null at the end. */
    private @Nullable Entry<T, R> await() {
      KnownWaits known = Objects.requireNonNull(waits);
      try {
        for (; ; ) {
          Entry<T, R> entry = poll();
          if (entry != null || hasEnded()) {
            return entry;
          }
          isAwaitingRows = true;
          if (!isIdle()) {
            known.await(WorkerEngine.this::hasNews);
          } else if (!known.await(() -> !isIdle(), job.keepOpen().toNanos())) {
            endIfIdle();
          }
          isAwaitingRows = false;
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while it waited for items", interrupted);
      }
    }

    private @Nullable Entry<T, R> poll() {
      lock.lock();
      try {
        Entry<T, R> entry = ended ? null : submitted.poll();
        if (entry != null) {
          read.put(index++, entry);
        }
        return entry;
      } finally {
        lock.unlock();
      }
    }
  }
}
