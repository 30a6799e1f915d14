package io.millrace.process;

import io.millrace.process.wire.Code;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All workers of a pool: which are idle, and which callers wait for one. A worker is started when a caller waits and
 * none is idle; the caller that has waited longest gets the next one.
 */
final class WorkerProcesses {
  static final String CLOSED_MEANWHILE = "the process pool was closed meanwhile";
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Settings settings;
  private final @Nullable Code setup;
  private final Threads threads;

  /* Guards all that follows: against callers, ends of processes and close, which come at any time. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition nobodyLeft = lock.newCondition();

  /* All that are starting, working, idle or ending: never more than the processes asked for. */
  private final Set<WorkerProcess> workers = new LinkedHashSet<>();

  /* The last one used is the next one used: those that are not needed stay out of the caches. */
  private final Deque<WorkerProcess> idle = new ArrayDeque<>();

  /* A set, because an interrupted caller leaves from the middle. */
  private final Set<Turn> waiting = new LinkedHashSet<>();
  private int starting;
  private boolean closed;
  private @Nullable Thread hook;

  WorkerProcesses(Settings settings, @Nullable Code setup, Threads threads) {
    this.settings = settings;
    this.setup = setup;
    this.threads = threads;
  }

  /** Waits for a worker, which is the caller's until released. */
  WorkerProcess acquire() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Turn turn = new Turn();
    lock.lock();
    try {
      refuseIfClosed();
      WorkerProcess worker = waiting.isEmpty() ? takeIdle() : null;
      if (worker != null) {
        return worker;
      }
      waiting.add(turn);
      startIfDue();
    } finally {
      lock.unlock();
    }
    return await(turn);
  }

  private static CancellationException closedMeanwhile() {
    return new CancellationException(CLOSED_MEANWHILE);
  }

  private WorkerProcess await(Turn turn) throws InterruptedException {
    try {
      return turn.worker.get();
    } catch (InterruptedException e) {
      leave(turn);
      throw e;
    } catch (ExecutionException e) {
      throw (RuntimeException) e.getCause();
    } catch (CancellationException e) {
      throw closedMeanwhile(); // the future's own text is that of its get
    }
  }

  /* The turn may have come in the meantime. */
  private void leave(Turn turn) {
    boolean waited;
    lock.lock();
    try {
      waited = waiting.remove(turn);
    } finally {
      lock.unlock();
    }
    if (!waited && !turn.worker.isCompletedExceptionally()) {
      release(turn.worker.join());
    }
  }

  private void refuseIfClosed() {
    if (closed) {
      throw new RejectedExecutionException("the process pool is closed");
    }
  }

  private @Nullable WorkerProcess takeIdle() {
    while (!idle.isEmpty()) {
      WorkerProcess worker = idle.pop();
      if (worker.isUsable()) {
        return worker;
      }
    }
    return null;
  }

  /* One caller for each failed start: so a pool that cannot start fails its tasks, and ends. */
  private void startIfDue() {
    while (!closed && starting < waiting.size() && workers.size() < settings.processes) {
      try {
        start();
      } catch (RuntimeException failure) {
        next().completeExceptionally(failure);
      }
    }
  }

  private void start() {
    if (hook == null) {
      hook = addHook(new Thread(this::close, "process-pool-shutdown"));
    }
    WorkerProcess worker = new WorkerProcess(settings, setup, this, threads);
    workers.add(worker);
    starting++;
    try {
      threads.start("process-pool-worker-" + NUMBERS.incrementAndGet(), worker);
    } catch (RuntimeException | Error noThread) {
      workers.remove(worker);
      starting--;
      throw WorkerProcess.notStarted(noThread);
    }
  }

  private static Thread addHook(Thread hook) {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      return hook;
    } catch (IllegalStateException e) {
      throw new RejectedExecutionException("this JVM is ending: no worker process starts", e);
    }
  }

  /** Starts all that are not yet, and waits for them. */
  void startAll() throws InterruptedException {
    List<WorkerProcess> all;
    lock.lock();
    try {
      refuseIfClosed();
      while (workers.size() < settings.processes) {
        start();
      }
      all = List.copyOf(workers);
    } finally {
      lock.unlock();
    }
    for (WorkerProcess worker : all) {
      try {
        worker.awaitReady();
      } catch (WorkerStartException failure) {
        throw isClosed() ? closedMeanwhile() : failure;
      }
    }
  }

  /** A worker has been started. */
  void ready(WorkerProcess worker) {
    lock.lock();
    try {
      starting--;
      handOver(worker);
    } finally {
      lock.unlock();
    }
  }

  /** Gives a worker back, in whatever state it is. */
  void release(WorkerProcess worker) {
    lock.lock();
    try {
      handOver(worker);
    } finally {
      lock.unlock();
    }
  }

  private void handOver(WorkerProcess worker) {
    if (closed || !worker.isUsable()) {
      return; // It is being ended, or has ended: then it tells when it is gone.
    }
    if (worker.hasRunAllItsTasks()) {
      worker.retire();
    } else if (waiting.isEmpty()) {
      idle.push(worker);
    } else {
      next().complete(worker);
    }
  }

  private CompletableFuture<WorkerProcess> next() {
    Turn next = waiting.iterator().next();
    waiting.remove(next);
    return next.worker;
  }

  /**
   * A process has ended, and its place is free.
   *
   * @param failure why it did not start; null if it was ready before
   */
  void gone(WorkerProcess worker, @Nullable WorkerStartException failure) {
    lock.lock();
    try {
      workers.remove(worker);
      idle.remove(worker);
      if (failure != null) {
        starting--;
        if (!waiting.isEmpty()) {
          next().completeExceptionally(failure);
        }
      }
      startIfDue();
      if (workers.isEmpty()) {
        nobodyLeft.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** The processes that live: starting, idle or at work. */
  List<Long> processes() {
    lock.lock();
    try {
      return workers.stream().filter(WorkerProcess::isUsable).map(WorkerProcess::process).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Ends all, and waits for it. Whatever fails with one of them is thrown when all have ended. */
  void close() {
    Steps ending = new Steps();
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        Thread ours = hook;
        ending.add(() -> remove(ours));
        waiting.forEach(turn -> turn.worker.completeExceptionally(closedMeanwhile()));
        waiting.clear();
        idle.forEach(worker -> ending.add(worker::retire));
        workers.stream()
            .filter(worker -> !idle.contains(worker))
            .forEach(worker -> ending.add(worker::kill));
        idle.clear();
      }
    } finally {
      lock.unlock();
    }
    ending.takeAll();
    awaitNobody(ending);
    ending.throwFailures();
  }

  private void awaitNobody(Steps ending) {
    boolean interrupted = false;
    while (true) {
      try {
        awaitNobody();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        all().forEach(worker -> ending.add(worker::kill));
        ending.takeAll();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitNobody() throws InterruptedException {
    lock.lock();
    try {
      while (!workers.isEmpty()) {
        nobodyLeft.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private List<WorkerProcess> all() {
    lock.lock();
    try {
      return List.copyOf(workers);
    } finally {
      lock.unlock();
    }
  }

  private static void remove(@Nullable Thread hook) {
    try {
      if (hook != null && hook != Thread.currentThread()) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    } catch (IllegalStateException ending) {
      // the hook runs already, and waits as well
    }
  }

  /** A place in the queue. */
  private static final class Turn {
    private final CompletableFuture<WorkerProcess> worker = new CompletableFuture<>();
  }
}
