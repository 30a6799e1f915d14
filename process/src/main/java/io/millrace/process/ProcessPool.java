package io.millrace.process;

import io.millrace.Parallel;
import io.millrace.base.Shown;
import io.millrace.plan.Action;
import io.millrace.process.wire.Code;
import io.millrace.process.wire.Refusal;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A pool of worker processes: JVMs with the same code as this one, each running one task at a time. What a
 * task does to its process (crash, exit, use up its memory, never return) touches no other task, and a task
 * whose caller is interrupted is really ended: its process is killed. Thread-safe.
 *
 * {@snippet file="io/millrace/examples/ProcessExampleTest.java" region="map"}
 *
 * <p>Processes are started when they are needed, up to the number asked for, and kept. Starting takes some
 * tenths of a second, which count for the timeout of the task that waits: see {@link #startAll}. If all are
 * busy, callers wait, first come, first served.
 *
 * <p><b>Functions</b> are copied when an action is made, and once to each process that runs it: what a call
 * changes in its copy is not seen here, and may be seen by later calls in the same process. Arguments and
 * values are copied for each call. Static state is that of the process; context (thread locals, scoped values)
 * stays here.
 *
 * <p><b>Failures.</b> What a task throws is thrown by the call, itself if its class may cross (see {@link
 * ProcessOptions#allow(Class...)}), else as a {@link RemoteTaskException}; its stack trace goes on from the
 * worker to the caller. What would be taken for an interrupt or a cancellation of the caller is a {@code
 * RemoteTaskException} too. What a call may throw besides: {@link WorkerDiedException}, {@link
 * WorkerStartException}, {@link TransferException}; {@link CancellationException} if the pool is closed
 * meanwhile, {@link java.util.concurrent.RejectedExecutionException} if it was closed before.
 *
 * <p><b>Interrupts</b> of a caller, and so timeouts and stops of a run, kill the process that runs its task,
 * with all processes it has started; the call throws {@link InterruptedException}.
 *
 * <p><b>The end.</b> {@link #close} leaves no process behind. Workers also end by themselves, at once, when
 * this process ends in any way, if only by SIGKILL. Processes that tasks have started end with their worker;
 * on Linux also those whose own parent has gone, unless they have cleared their environment.
 *
 * <p><b>Trust.</b> A worker that was taken over by its data can fail its task or answer it falsely, and do nothing else
 * here: answers are limited in what they hold ({@link ProcessOptions#allow(Class...)}), in memory (half of the heap,
 * divided by the number of processes) and in time ({@link ProcessOptions#readTimeout}), and so is what it prints. It
 * sees the later tasks of its process, and can do the same to them, unless {@link ProcessOptions#maxTasksPerWorker} is 1.
 * It still has the rights of the user.
 *
 * <p>Null arguments are refused with a {@link NullPointerException}; items and values may be null.
 */
public final class ProcessPool implements AutoCloseable {
  private final Settings settings;
  private final WorkerProcesses workers;

  private ProcessPool(Settings settings, @Nullable Code setup) {
    this.settings = settings;
    workers = new WorkerProcesses(settings, setup, Threads.PLATFORM);
  }

  /** A pool with as many processes as the machine has cores; none is started yet. */
  public static ProcessPool open() {
    return open(ProcessOptions.of());
  }

  /**
   * A pool; no process is started yet.
   *
   * @throws TransferException if the setup is not serializable
   */
  public static ProcessPool open(ProcessOptions options) {
    Settings settings = options.settings;
    return new ProcessPool(
        settings, settings.setup == null ? null : code(settings.setup, settings));
  }

  private static Code code(Object function, Settings settings) {
    try {
      return Code.of(function, settings.rules);
    } catch (Refusal refusal) {
      throw Answers.refused(refusal);
    }
  }

  /** As many attempts at once as there are processes. */
  public Parallel parallel() {
    return Parallel.of(settings.processes);
  }

  /**
   * An action that calls the function in a worker process and waits for its value: for every entry point
   * of {@link Parallel}, with all its options.
   *
   * @throws TransferException if the function is not serializable
   */
  public <T extends @Nullable Object, R extends @Nullable Object> Action<T, R> action(
      RemoteFunction<? super T, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return remote(function);
  }

  /**
   * Calls a function in a worker process, and waits for its value.
   *
   * @throws Exception what it throws, and what is listed above
   * @throws InterruptedException if the calling thread is interrupted; the call is ended
   */
  public <R extends @Nullable Object> R call(RemoteFunction.Call<? extends R> call)
      throws Exception {
    Objects.requireNonNull(call, "call");
    Action<@Nullable Object, R> action = remote(call);
    return action.apply(null);
  }

  private <T extends @Nullable Object, R extends @Nullable Object> Action<T, R> remote(
      Object function) {
    return new RemoteAction<>(
        workers, settings, code(function, settings), Answers.loaderOf(function));
  }

  /**
   * Starts all processes that are not running, and waits until they are ready.
   *
   * @throws WorkerStartException if one cannot be started
   * @throws CancellationException if the pool is closed meanwhile
   * @throws InterruptedException if the calling thread is interrupted; they start nevertheless
   */
  public void startAll() throws InterruptedException {
    workers.startAll();
  }

  /** The ids of the processes that are starting, idle or at work; for monitoring. */
  public List<Long> processes() {
    return workers.processes();
  }

  /**
   * Refuses new calls, kills the processes that are at work, lets the idle ones end, and waits until none is
   * left. A further call only waits. What fails while one process is ended is thrown when all have ended. If the calling thread is interrupted, all processes are killed at once,
   * and the method returns with the interrupt flag set.
   */
  @Override
  public void close() {
    workers.close();
  }

  /** How many processes there may be, and how many there are. */
  @Override
  public String toString() {
    String most =
        settings.processes == 1
            ? "at most 1 process"
            : "at most " + settings.processes + " processes";
    return new Shown("ProcessPool")
        .part(most)
        .part(workers.isClosed() ? "closed" : processes().size() + " running")
        .toString();
  }
}
