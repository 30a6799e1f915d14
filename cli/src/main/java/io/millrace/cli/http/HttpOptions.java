package io.millrace.cli.http;

import io.millrace.Parallel;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to run: the options that become a {@link Parallel}, and what each request is like. */
final class HttpOptions {
  @Option(
      names = "--jobs",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Requests under way at once (default: ${DEFAULT-VALUE}).")
  private int jobs = 16;

  @Option(
      names = "--window",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = {
        "Lines read and not yet written, running or waiting (default: twice the jobs). A wider",
        "one helps when many lines in a row go to one busy host."
      })
  private @Nullable Integer window;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      converter = Rate.class,
      description = {
        "Requests started in a time, for example 400/s, 90/m, 1000/h; retries count.",
        "With it, a host's Retry-After holds up all hosts, else only itself."
      })
  private @Nullable TokenBucket rate;

  @Option(
      names = "--burst",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Requests that may start at once after a quiet time (default: 1).")
  private @Nullable Integer burst;

  @Option(
      names = "--per-host",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Requests under way at once to one host.")
  private @Nullable Integer perHost;

  @Option(
      names = "--retries",
      paramLabel = "N",
      converter = WholeNumber.FromZero.class,
      description = {
        "Calls after the first one (default: ${DEFAULT-VALUE}), whatever the method, after",
        "status 429 or 503 (obeying Retry-After), a lost connection, a timeout."
      })
  private int retries = 3;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "For one attempt, the body included (default: 30s).")
  private Duration timeout = Duration.ofSeconds(30);

  @Option(
      names = "--item-timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "For one line with all its retries.")
  private @Nullable Duration itemTimeout;

  @Option(
      names = "--run-timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "For everything.")
  private @Nullable Duration runTimeout;

  @Option(
      names = "--max-failures",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Stop when so many lines have failed.")
  private @Nullable Integer maxFailures;

  @Option(names = "--ordered", description = "Write answers in the order of the input.")
  private boolean ordered;

  @Option(
      names = "--header",
      paramLabel = "'Name: value'",
      converter = HeaderOption.class,
      description = {
        "Send this header with every request; can be given several times.",
        "A line's own header of that name replaces it. A redirect to another host gets none."
      })
  private List<Header> headers = new ArrayList<>();

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      converter = WholeNumber.FromZero.class,
      description = "A line with a larger answer fails (default: ${DEFAULT-VALUE}).")
  private int maxBody = 10_000_000;

  @Option(names = "--no-body", description = "Do not keep the bodies of answers.")
  private boolean noBody;

  /** What is wrong with the options together. */
  Optional<String> conflict() {
    return burst != null && rate == null
        ? Optional.of("--burst needs --rate, for example --rate 400/s --burst " + burst)
        : Optional.empty();
  }

  List<Header> headers() {
    return headers;
  }

  BodyHandler<Content> contents() {
    return noBody ? ContentCollector.dropping() : ContentCollector.keeping(maxBody);
  }

  Parallel parallel(StopToken stopToken) {
    Parallel parallel =
        Parallel.of(jobs)
            .order(ordered ? Order.INPUT : Order.COMPLETION)
            // a malformed line fails here, before it takes a permit or a slot
            .itemKey(InputLine::call)
            .rateLimit(rateLimit())
            .retry(Retry.http(429, 503).retries(retries))
            .attemptTimeout(timeout)
            .stopToken(stopToken);
    parallel = with(parallel, perHost, (p, most) -> p.concurrencyPerKey(most, HttpOptions::host));
    parallel = with(parallel, window, Parallel::window);
    parallel = with(parallel, itemTimeout, Parallel::itemTimeout);
    parallel = with(parallel, runTimeout, Parallel::runTimeout);
    return with(parallel, maxFailures, Parallel::maxFailures);
  }

  private RateLimit rateLimit() {
    if (rate == null) {
      return RateLimit.unlimited().by(HttpOptions::host);
    }
    return burst == null ? rate : rate.burst(burst);
  }

  private static String host(InputLine line) {
    return line.call().host().toLowerCase(Locale.ROOT);
  }

  private static <V> Parallel with(
      Parallel parallel, @Nullable V value, BiFunction<Parallel, V, Parallel> option) {
    return value == null ? parallel : option.apply(parallel, value);
  }
}
