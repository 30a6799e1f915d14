package io.millrace.examples.documentation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Budget;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code docs/stopping.md} shows. */
class StoppingTest {
  private final ManualClock clock = ManualClock.jumping();
  private final List<String> logged = new ArrayList<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private int fetch(String url) throws IOException {
    if (url.isEmpty()) {
      throw new IOException("no url");
    }
    return url.length();
  }

  private void log(Object what) {
    logged.add(String.valueOf(what));
  }

  @Test
  void times() {
    // @start region="times"
    var parallel =
        Parallel.of(8)
            .attemptTimeout(ofSeconds(5)) // one call; may be retried
            .itemTimeout(ofSeconds(30)) // one item, from its first attempt, with its retries
            .runTimeout(ofMinutes(10)); // everything
    // @end
    var endless = ScriptedAction.<String, Integer>on(clock).takes(ofMinutes(60)).returns(1);
    var failures = parallel.clock(clock).map(List.of("/a"), endless).failures();
    assertEquals(ofSeconds(5), failures.getFirst().elapsed());
  }

  @Test
  void byToken() {
    var urls = List.of("/a", "/b");
    // @start region="token"
    var token = new StopToken(); // token.stop(): from any thread, for as many runs as you like

    var results = Parallel.of(8).stopToken(token).map(urls, this::fetch);
    if (results.status() != RunStatus.COMPLETED) {
      results.notRun().forEach(notRun -> log(notRun.item()));
    }
    // @end
    assertEquals(List.of(), logged);
    token.stop();
    var stopped = Parallel.of(8).stopToken(token).map(urls, this::fetch);
    assertEquals(2, stopped.notRun().size());
  }

  @Test
  void byDrain() {
    var token = new StopToken();
    // @start region="drain"
    token.drain(ofSeconds(30)); // drain(): for as long as it takes; stop() ends the grace
    // @end
    var drained = Parallel.of(8).stopToken(token).map(List.of("/a"), this::fetch);
    assertEquals(RunStatus.CANCELLED, drained.status());
  }

  @Test
  void byTokenOfAStream() {
    var urls = List.of("/a", "/b");
    var token = new StopToken();
    token.stop();
    // @start region="truncated"
    try (var outcomes = Parallel.of(8).stopToken(token).stream(urls, this::fetch)) {
      outcomes.forEach(outcome -> log(outcome.item())); // also what did not run
    } catch (TruncatedRunException cutShort) {
      log(cutShort.status()); // CANCELLED
    }
    // @end
    assertEquals(List.of("/a", "/b", "CANCELLED"), logged.stream().sorted().toList());
    assertEquals("CANCELLED", logged.getLast());
  }

  @Test
  void byFailures() {
    var urls = List.of("", "/a");
    // @start region="failures"
    var untilTheFirst = Parallel.of(8).failFast(); // throws it, itself
    var untilTheTenth = Parallel.of(8).maxFailures(10); // the run ends as ABORTED
    // @end
    assertThrows(IOException.class, () -> untilTheFirst.map(urls, this::fetch));
    assertEquals(1, untilTheTenth.map(urls, this::fetch).failures().size());
  }

  private record Answer(double dollars, boolean isSuspended) {}

  @Test
  void fatal() {
    // @start region="fatal"
    var untilTheKeyIsDead =
        Parallel.of(8)
            .retry(
                Retry.ofAttempts(4)
                    .endRunWhen(error -> error instanceof UnknownHostException)
                    .endRunWhenResult((Answer answer) -> answer.isSuspended()));
    // @end
    var results = untilTheKeyIsDead.map(List.of(1), item -> new Answer(item, true));
    assertEquals(RunStatus.FATAL_ERROR, results.status());
  }

  @Test
  void budget() {
    // @start region="budget"
    var capped =
        Parallel.of(8)
            .budget(
                Budget.all(
                    Budget.calls(10_000), // never one more, retries included
                    Budget.money(25.0, (Answer answer) -> answer.dollars())));
    // @end
    var results = capped.map(List.of(1, 2), item -> new Answer(item, false));
    assertEquals(RunStatus.COMPLETED, results.status());
  }

  @Test
  void stuck() {
    var stuck = new CountDownLatch(1);
    // @start region="stuck"
    var results =
        Parallel.of(8)
            .attemptTimeout(ofMillis(10))
            .grace(ofMillis(20)) // 100 ms by default
            .patience(ofMillis(20)) // 2 s by default
            .map(List.of("/a"), url -> ignoreInterrupts(stuck));

    results.abandoned().forEach(thread -> log(thread.getName()));
    // @end
    assertEquals(1, logged.size());
    stuck.countDown();
  }

  // @start region="program"
  static String outputOf(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("output", null);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int code = process.waitFor(); // an interrupt ends this
      if (code != 0) {
        throw new IOException(command + " ended with " + code);
      }
      return Files.readString(output);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly(); // nothing happens if it has ended
      Files.delete(output);
    }
  }

  // @end

  @Test
  void anotherProgram() {
    var commands = List.of(List.of("echo", "tea"), List.of("sleep", "60"));
    var results =
        Parallel.of(2)
            .attemptTimeout(ofSeconds(2))
            .grace(ofSeconds(30))
            .map(commands, StoppingTest::outputOf);
    assertEquals(List.of("tea\n"), results.okValues());
    assertEquals(List.of("sleep", "60"), results.failures().getFirst().item());
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
  }

  private static int ignoreInterrupts(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        return interrupted ? 1 : 0;
      } catch (InterruptedException ignored) {
        interrupted = true;
      }
    }
  }
}
