package io.millrace.process;

import io.millrace.base.Visible;
import io.millrace.process.wire.Code;
import io.millrace.process.wire.Connection;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.Frame.Kind;
import io.millrace.process.wire.Nanos;
import io.millrace.process.wire.ProtocolException;
import io.millrace.process.wire.Reason;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One worker process from its start to its end. A thread of its own watches it; a caller that has acquired it from
 * {@link WorkerProcesses} may let it run tasks.
 */
final class WorkerProcess implements Runnable {
  /* How long a process whose channel has ended may take to end: it may write a core dump. */
  private static final long LAST_BREATH_SECONDS = 10;

  /* How long a process that is killed is waited for; well within the grace period of a run, 100 ms. */
  private static final long DYING_MILLIS = 20;

  private final Settings settings;
  private final @Nullable Code setup;
  private final WorkerProcesses workers;
  private final Threads threads;
  private final CompletableFuture<WorkerProcess> ready = new CompletableFuture<>();
  private final CompletableFuture<Ending> ended = new CompletableFuture<>();

  /* Written once, by its own thread, before WorkerProcesses has it. */
  private @Nullable Connection connection;

  /* Both belong to whoever has acquired it; the lock of WorkerProcesses passes them on. */
  private @Nullable Code function;
  private int tasks;

  /* The monitor guards both: whoever kills it must not miss a process that is just being started. */
  private @Nullable Started started;
  private boolean killed;

  /* Ends the grace. Written by whoever retires this, cancelled by its own thread too; doing so twice does no harm. */
  private volatile TimeSource.@Nullable Timer graceEnd;

  WorkerProcess(Settings settings, @Nullable Code setup, WorkerProcesses workers, Threads threads) {
    this.threads = threads;
    this.settings = settings;
    this.setup = setup;
    this.workers = workers;
  }

  @Override
  public void run() {
    WorkerStartException failure = null;
    try {
      failure = live();
    } catch (RuntimeException | Error e) {
      failure = ready.isDone() ? null : notStarted(e);
    } finally {
      end(failure);
    }
  }

  /* Whatever fails, the caller of its task and WorkerProcesses hear of the end: they wait for that. */
  private void end(@Nullable WorkerStartException failure) {
    try {
      kill();
      if (!ended.isDone()) {
        awaitEnd(started());
      }
    } catch (RuntimeException | Error e) {
      ended.completeExceptionally(e);
    } finally {
      workers.gone(this, failure);
      if (failure == null) {
        ready.complete(this);
      } else {
        ready.completeExceptionally(failure);
      }
    }
  }

  /* Answers null if it ended after it was ready. */
  private @Nullable WorkerStartException live() {
    Started process = null;
    try (Rendezvous rendezvous = Rendezvous.open()) {
      process = start(rendezvous);
      connection = Opening.open(settings, process, rendezvous, setup, threads);
    } catch (WorkerStartException failure) {
      kill();
      awaitEnd(process);
      return failure;
    } catch (IOException e) {
      kill();
      Ending ending = awaitEnd(process);
      return ending == null || e instanceof ProtocolException
          ? notStarted(e)
          : new WorkerStartException(ending.message("before it was ready"), e);
    }
    ready.complete(this);
    workers.ready(this);
    awaitEnd(process);
    return null;
  }

  static WorkerStartException notStarted(Throwable e) {
    return new WorkerStartException(
        "a worker process could not be started: " + Visible.of(Reason.of(e)) + advice(e), e);
  }

  private static String advice(Throwable e) {
    return e instanceof FileSystemException || e instanceof SocketException
        ? " (its socket is made below java.io.tmpdir, which is "
            + System.getProperty("java.io.tmpdir")
            + ")"
        : "";
  }

  private Started start(Rendezvous rendezvous) throws IOException {
    var command = Command.write(settings, rendezvous.arguments());
    synchronized (this) {
      if (killed) {
        throw new IOException("the pool was closed");
      }
      started = Started.start(settings, command);
      return started;
    }
  }

  private @Nullable Ending awaitEnd(@Nullable Started process) {
    if (process == null) {
      return null;
    }
    try {
      Ending ending = process.awaitEnd();
      ended.complete(ending);
      cancelGrace();
      return ending;
    } catch (InterruptedException nobodyDoes) {
      throw new IllegalStateException(nobodyDoes);
    } finally {
      closeConnection();
    }
  }

  private void closeConnection() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (IOException gone) {
      // with the process
    }
  }

  /** Waits until it can be acquired, or has failed to start. */
  void awaitReady() throws InterruptedException {
    try {
      ready.get();
    } catch (ExecutionException e) {
      throw (WorkerStartException) e.getCause();
    }
  }

  /** Kills its process, also one that is about to be started. */
  void kill() {
    Started process = condemn();
    if (process != null) {
      process.kill();
    }
  }

  /* From now on nobody gets it, even if it is not dead yet. */
  private synchronized @Nullable Started condemn() {
    killed = true;
    return started;
  }

  /** Whether it can run another task. */
  synchronized boolean isUsable() {
    return !killed && started != null && started.isAlive();
  }

  boolean hasRunAllItsTasks() {
    return tasks >= settings.maxTasks;
  }

  /** Lets an idle process end by itself, and kills it if that takes too long. Does not wait, and never throws. */
  void retire() {
    try {
      long late = System.nanoTime() + Nanos.of(settings.grace);
      graceEnd = TimeSource.system().schedule(late, this::killElsewhere);
      if (ended.isDone()) {
        cancelGrace();
      }
      // In a thread of its own: who has not read its last task may not read this either.
      threads.start("process-pool-stop", this::sendStop);
    } catch (RuntimeException | Error noThread) {
      kill(); // nobody could end it later
    }
  }

  private void cancelGrace() {
    TimeSource.Timer timer = graceEnd;
    if (timer != null) {
      timer.cancel();
    }
  }

  private void sendStop() {
    try {
      connection().send(Frame.of(Kind.STOP));
    } catch (IOException gone) {
      kill();
    }
  }

  /* Finding the children of a process may take longer than the caller may wait. */
  private void killElsewhere() {
    Started process = condemn();
    if (process != null) {
      try {
        threads.start("process-pool-kill", process::kill);
      } catch (RuntimeException | Error noThread) {
        process.kill();
      }
    }
  }

  /**
   * Runs a task and waits for the answer.
   *
   * @throws InterruptedException after the process was killed, if it had the task
   * @throws WorkerDiedException if the process has ended
   * @throws RuntimeException after the process was killed, as with any error: for lack of memory, for example
   */
  Frame run(Code code, byte[] argument) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException(); // Before it has the task, the process need not be killed.
    }
    try {
      Frame task = code == function ? Frame.of(Kind.TASK, argument) : code.in(Kind.TASK, argument);
      function = code;
      tasks++;
      Objects.requireNonNull(started()).beginTask();
      connection().send(task.numbered(tasks));
      Frame answer = connection().receive(settings.mostAnswerBytes());
      check(answer);
      if (answer.kind() == Kind.REFUSAL) {
        function = null; // It may be the function that was refused: then the process has none.
      }
      return answer;
    } catch (ClosedByInterruptException e) {
      var _ = Thread.interrupted();
      killNow();
      throw new InterruptedException("the worker process was killed with its task");
    } catch (ProtocolException e) {
      killNow();
      throw new WorkerDiedException(
          "a worker process broke the protocol and was killed: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new WorkerDiedException(awaitEnding());
    } catch (RuntimeException | Error e) {
      killOutOfStep(e);
      throw e;
    }
  }

  /* What it was about to send or had begun to read belongs to no other task. */
  private void killOutOfStep(Throwable thrown) {
    try {
      killNow();
    } catch (RuntimeException | Error again) {
      thrown.addSuppressed(again);
    }
  }

  private void check(Frame answer) throws ProtocolException {
    connection().checkQuiet();
    switch (answer.kind()) {
      case RESULT, FAILURE, REFUSAL -> {
        if (answer.number() != tasks) {
          throw new ProtocolException("a worker answered a task that is not the last one");
        }
      }
      case HELLO, SETUP, READY, TASK, STOP -> throw Answers.outOfTurn(answer);
    }
  }

  long process() {
    return Objects.requireNonNull(started()).process().pid();
  }

  private synchronized @Nullable Started started() {
    return started;
  }

  private Connection connection() {
    return Objects.requireNonNull(connection);
  }

  private void killNow() {
    killElsewhere();
    Objects.requireNonNull(started()).awaitDeath(DYING_MILLIS);
  }

  private Ending awaitEnding() throws InterruptedException {
    try {
      return ending();
    } catch (InterruptedException e) {
      killNow();
      throw e;
    }
  }

  private Ending ending() throws InterruptedException {
    try {
      return ended.get(LAST_BREATH_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException hangs) {
      kill();
    } catch (ExecutionException unknown) {
      throw endedSomehow(unknown);
    }
    try {
      return ended.get();
    } catch (ExecutionException unknown) {
      throw endedSomehow(unknown);
    }
  }

  private WorkerDiedException endedSomehow(ExecutionException unknown) {
    return new WorkerDiedException(
        "a worker process ended, and how could not be found out: "
            + Reason.of(Objects.requireNonNullElse(unknown.getCause(), unknown)),
        unknown);
  }
}
