package io.millrace.process;

import io.millrace.base.Visible;
import io.millrace.process.wire.Code;
import io.millrace.process.wire.Connection;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.Frame.Kind;
import io.millrace.process.wire.Nanos;
import io.millrace.process.wire.Reason;
import io.millrace.process.wire.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Connects to a process that was started and sets it up, unless it ends or takes too long. */
final class Opening {
  private final Settings settings;
  private final Started started;
  private final Rendezvous rendezvous;

  /* Set once, by the opening thread when all is done, or by whoever finds that it cannot be any more. */
  private final AtomicBoolean over = new AtomicBoolean();

  /* Written before the opening thread is let go, and read by it afterwards. */
  private volatile boolean late;

  private Opening(Settings settings, Started started, Rendezvous rendezvous) {
    this.settings = settings;
    this.started = started;
    this.rendezvous = rendezvous;
  }

  /**
   * The connection to a worker that is ready.
   *
   * @throws WorkerStartException if it was too slow, or its setup failed
   * @throws IOException if it has ended
   */
  static Connection open(
      Settings settings,
      Started started,
      Rendezvous rendezvous,
      @Nullable Code setup,
      Threads threads)
      throws IOException {
    return new Opening(settings, started, rendezvous).open(setup, threads);
  }

  private Connection open(@Nullable Code setup, Threads threads) throws IOException {
    Thread watch = threads.start("process-pool-start", this::watch);
    try {
      Connection connection = connect(setup);
      if (over.compareAndSet(false, true)) {
        return connection;
      }
      connection.close();
      throw new IOException("it ended as soon as it was ready");
    } catch (IOException e) {
      if (late) {
        throw tooLate();
      }
      throw e;
    } finally {
      watch.interrupt();
    }
  }

  /* Until it is opened, has ended, or the time is up. */
  private void watch() {
    try {
      long most = Nanos.of(settings.startTimeout);
      giveUp(!started.process().waitFor(most, TimeUnit.NANOSECONDS));
    } catch (InterruptedException opened) {
      // it is over
    }
  }

  private void giveUp(boolean isLate) {
    if (over.compareAndSet(false, true)) {
      late = isLate;
      rendezvous.giveUp();
      started.kill();
    }
  }

  private WorkerStartException tooLate() {
    return new WorkerStartException(
        "a worker process was not ready within "
            + settings.startTimeout
            + " (see ProcessOptions.startTimeout)",
        null);
  }

  private Connection connect(@Nullable Code setup) throws IOException {
    rendezvous.invite(started.process().getOutputStream());
    Connection connection = rendezvous.await(started.process().pid());
    try {
      rendezvous.close();
      setUp(connection, setup);
      return connection;
    } catch (IOException | RuntimeException | Error e) {
      connection.close();
      throw e;
    }
  }

  private void setUp(Connection connection, @Nullable Code setup) throws IOException {
    byte[] rules = settings.rulesOfWorkers().text().getBytes(StandardCharsets.UTF_8);
    connection.send(setup == null ? Frame.of(Kind.SETUP, rules) : setup.in(Kind.SETUP, rules));
    Frame answer = connection.receive(settings.mostAnswerBytes());
    switch (answer.kind()) {
      case READY -> connection.checkQuiet();
      case REFUSAL -> throw setupFailed(Answers.refused(Refusal.of(answer)));
      case FAILURE -> throw setupFailed(failure(answer));
      case HELLO, SETUP, TASK, RESULT, STOP -> throw Answers.outOfTurn(answer);
    }
  }

  private Throwable failure(Frame answer) throws IOException {
    ClassLoader loader = Answers.loaderOf(settings.setup);
    try {
      return new Answers(settings.rules, settings.limits(), loader, started.process().pid())
          .thrown(answer);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private WorkerStartException setupFailed(Throwable cause) {
    over.set(true);
    return new WorkerStartException(
        "the setup of a worker process failed: " + Visible.of(Reason.of(cause)), cause);
  }
}
