package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.LostException.Stage;
import io.millrace.cli.http.Wire.Answer;
import io.millrace.cli.text.Credentials;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.plan.Action;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;

/**
 * The action of the run: one request. An answer that redirects leads to another item, so that the next request
 * goes through all limits like any other.
 *
 * @param retries told of requests that are not retries, and of those that succeed
 * @param expected which statuses are a success
 * @param picking what is taken out of answers
 * @param spent what requests have cost; empty if nobody counts it
 * @param paces told of what hosts take and refuse; empty if they have rates that were given
 * @param time for one request, its body included
 * @param itemTime for one line, from its first request
 * @param isStored whether a checkpoint keeps what comes of a request
 */
record Exchange(
    Wire wire,
    Alarms timer,
    ContentReader contents,
    HostRetries retries,
    Expected expected,
    Picking picking,
    Optional<CostTotal> spent,
    Optional<HostPaces> paces,
    Duration time,
    Optional<Duration> itemTime,
    int mostRedirects,
    boolean isStored)
    implements Action<InputLine, Step> {

  @Override
  public Step apply(InputLine line) throws RequestException, InterruptedException {
    Call call = line.call();
    LineHistory history = call.history();
    Duration left = timeLeft(call);
    String host = call.host();
    contents.memory().waitsForNoSlot(history.sequence());
    requireFiles(call);
    if (!history.hasStarted()) {
      retries.count(host);
    }
    if (history.requestStarts(System.nanoTime())) {
      retries.countRetry();
    }
    long cost = call.label().cost();
    try {
      Step step = step(call, timed(call, left));
      if (paces.isPresent()) {
        paces.get().taken(host, System.nanoTime());
      }
      cost = step.cost(cost);
      retries.giveBack(host, history.takeBudgeted());
      return step;
    } catch (RequestException | InterruptedException | RuntimeException failed) {
      contents.withdraw(call);
      if (failed instanceof BadReplyException bad && paces.isPresent()) {
        note(paces.get(), host, bad);
      }
      throw failed;
    } finally {
      count(cost);
    }
  }

  /* As an adaptive rate takes it: a failure that is the request's own is no refusal. */
  private static void note(HostPaces paces, String host, BadReplyException bad) {
    if (bad.isRefusal()) {
      paces.refused(host, System.nanoTime());
    } else if (bad.statusCode() < 500) {
      paces.taken(host, System.nanoTime());
    }
  }

  private Reply timed(Call call, Duration left) throws RequestException, InterruptedException {
    try {
      return send(call, left);
    } finally {
      call.history().requestEnds(System.nanoTime());
    }
  }

  private void count(long cost) {
    if (spent.isPresent()) {
      spent.get().add(cost);
    }
  }

  private OptionalLong usage(Reply reply) {
    OptionalLong said = picking.cost(reply);
    if (picking.usage().isPresent() && said.isEmpty()) {
      spent.ifPresent(CostTotal::addUnsaid);
    }
    return said;
  }

  /* Before anything is sent. */
  private void requireFiles(Call call) throws LocalException {
    try {
      if (call.request().body().orElse(null) instanceof Body.InFile(var file)) {
        var _ = file.find();
      }
      if (contents.folder().isPresent()) {
        SaveFolder folder = contents.folder().get();
        folder.requireFree(folder.nameOf(call.label()), call.history());
      }
    } catch (IOException problem) {
      throw new LocalException(call, problem);
    }
  }

  private Duration timeLeft(Call call) throws TimedOutException {
    if (itemTime.isEmpty() || !call.history().hasStarted()) {
      return itemTime.filter(most -> most.compareTo(time) < 0).orElse(time);
    }
    long elapsed = call.history().elapsedNanos(System.nanoTime());
    Duration left = itemTime.get().minusNanos(elapsed);
    if (!left.isPositive()) {
      throw new TimedOutException(call, TimedOutException.OF_LINE, true);
    }
    return left.compareTo(time) < 0 ? left : time;
  }

  private Reply send(Call call, Duration left) throws RequestException, InterruptedException {
    try (Attempt attempt = Attempt.start(call, timer, left)) {
      try {
        return wire.send(
            call.request(),
            attempt,
            (response, body, length) -> read(attempt, response, body, length));
      } catch (IOException | HttpException | InterruptedException | RuntimeException failed) {
        contents.memory().free(call.history().sequence());
        throw problem(call, attempt, failed);
      }
    }
  }

  /** What is thrown for what went wrong; an interrupt that ends the run is thrown as itself. */
  private RequestException problem(Call call, Attempt attempt, Exception failed)
      throws InterruptedException {
    if (attempt.isTimedOut()) {
      boolean isLine = itemTime.isPresent() && !isTimeFor(call);
      return new TimedOutException(
          call,
          isLine ? TimedOutException.OF_LINE : "timed out: --timeout",
          attempt.stage() == Stage.CONNECTING);
    }
    return switch (failed) {
      case SaveFolder.UnsavedException local -> new LocalException(call, local);
      case BodyFile.UnusableException local -> new LocalException(call, local);
      case InterruptedException interrupted -> throw interrupted;
      default -> new LostException(call, attempt.stage(), failed);
    };
  }

  private boolean isTimeFor(Call call) {
    return call.history().elapsedNanos(System.nanoTime())
        < itemTime.map(Duration::toNanos).orElse(Long.MAX_VALUE);
  }

  private Answer<Reply> read(
      Attempt attempt, ClassicHttpResponse response, InputStream body, long length)
      throws IOException, InterruptedException {
    List<Header> headers = contents.headers(attempt, response.getHeaders());
    Reply bare = new Reply(response.getCode(), headers, new Content.Dropped());
    boolean leadsOn = mostRedirects > 0 && Redirect.isOne(bare);
    ContentReader.Result result =
        leadsOn ? contents.drop(body) : taken(bare, body, length, attempt);
    return new Answer<>(
        new Reply(bare.statusCode(), headers, result.content()), result.isConsumed());
  }

  private ContentReader.Result taken(Reply bare, InputStream body, long length, Attempt attempt)
      throws IOException, InterruptedException {
    Optional<String> coding = bare.coding();
    return expected.includes(bare.statusCode())
        ? contents.keep(body, coding, length, attempt)
        : contents.failed(body, coding, length, attempt);
  }

  private Step step(Call call, Reply reply) throws BadReplyException {
    if (mostRedirects > 0 && Redirect.isOne(reply)) {
      String location = leadingTo(call, reply);
      contents.memory().free(call.history().sequence());
      return new Step.Redirected(reply.statusCode(), location, call.history().progress());
    }
    Optional<String> problem = reply.problem(expected);
    if (problem.isPresent()) {
      throw failed(call, problem.get(), reply);
    }
    OptionalLong usage = usage(reply);
    Picking.Picked picked = picking.from(reply);
    if (picked.problem().isPresent()) {
      throw new BadReplyException(call, picked.problem().get(), reply);
    }
    if (picked.reply().content() instanceof Content.Selected(var json)) {
      contents.memory().shrink(call.history().sequence(), 2L * json.length());
    }
    return new Step.Answered(picked.reply(), call.history().progress(), usage);
  }

  /* What it says in its body is read by then. */
  private BadReplyException failed(Call call, String problem, Reply reply) {
    BadReplyException failed = new BadReplyException(call, problem, reply);
    if (!contents.isKept()) {
      failed.dropBody();
      contents.memory().free(call.history().sequence());
    }
    return failed;
  }

  /** Where the next request goes, which {@link Redirect#next} can make. */
  private String leadingTo(Call call, Reply reply) throws BadReplyException {
    String start = "status " + reply.statusCode() + ": the redirect was not followed";
    if (call.history().redirects() >= mostRedirects) {
      throw new BadReplyException(
          call, start + ": it would be one more than --max-redirects " + mostRedirects, reply);
    }
    try {
      Request next = Redirect.next(call.request(), reply.statusCode(), reply.header("location"));
      String location = reply.header("location").orElseThrow();
      if (isStored && Credentials.areIn(UrlText.ofBytes(location))) {
        throw new MalformedInputException(
            "it has a user or password, which --checkpoint does not keep");
      }
      retries.count(call.leadingTo(next).host());
      return location;
    } catch (MalformedInputException refused) {
      throw new BadReplyException(call, start + ": " + refused.problem(), reply);
    }
  }
}
