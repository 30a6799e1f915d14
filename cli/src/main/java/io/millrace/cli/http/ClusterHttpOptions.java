package io.millrace.cli.http;

import io.millrace.cli.console.Streams;
import io.millrace.cli.resume.WrittenFiles;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.UsedFiles;
import io.millrace.plan.RateLimit.TokenBucket;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of {@code millrace http} that mean the same on a cluster. */
public final class ClusterHttpOptions {
  private static final Set<String> PROXIES =
      Set.of("http_proxy", "https_proxy", "all_proxy", "no_proxy");

  /* What stands in the order in another way. */
  private static final Set<String> RESOLVED =
      Set.of(
          "--header",
          "--header-file",
          "--bearer-env",
          "--compressed",
          "--data-template",
          "--data-template-file",
          "--cacert",
          "--run-timeout");

  @Mixin private RequestOptions requests = new RequestOptions();

  @Mixin private HttpOptions http = new HttpOptions();

  @Mixin private AnswerOptions answers = new AnswerOptions();

  private String authorities = "";
  private Map<String, String> proxies = Map.of();

  /** Those that a worker was told, with its share of the limits. */
  static ClusterHttpOptions of(WorkerOrder order) {
    ClusterHttpOptions options = new ClusterHttpOptions();
    new CommandLine(options).setExpandAtFiles(false).parseArgs(order.args().toArray(String[]::new));
    options.authorities = order.authorities();
    options.proxies = order.proxies();
    options.http.divideAmong(order.workers());
    return options;
  }

  /** What is wrong with the options together. */
  public Optional<String> conflict() {
    return http.conflict()
        .or(requests::conflict)
        .or(() -> answers.conflict(false))
        .or(() -> http.conflict(answers.expected()));
  }

  /** What is wrong with the options on so many workers. */
  public Optional<String> conflictOnWorkers(int workers) {
    return http.conflictOnWorkers(workers);
  }

  /** That of all requests; empty if there is none. */
  public Optional<TokenBucket> rate() {
    return http.rate();
  }

  /** Requests a second; empty if there is no rate. */
  public Optional<Double> perSecond() {
    return http.rate().map(rate -> rate.permits() / (rate.period().toNanos() / 1e9));
  }

  /** How long everything may take. */
  public Optional<Duration> runTimeout() {
    return http.runTimeout();
  }

  /**
   * What the workers are told.
   *
   * @param parsed the call of the command that has these options
   * @throws MalformedInputException if a file or a variable cannot be used
   */
  public WorkerOrder order(ParseResult parsed, Map<String, String> environment)
      throws MalformedInputException {
    RequestForm form = requests.form(environment, new UsedFiles());
    Optional<String> problem = http.conflict(form.headers());
    if (problem.isPresent()) {
      throw new MalformedInputException(problem.get());
    }
    requests.tls();
    requests.proxies(environment);
    List<String> args = new ArrayList<>(requests.withoutFiles(form));
    CommandSpec known = CommandSpec.forAnnotatedObject(new ClusterHttpOptions());
    for (OptionSpec option : parsed.matchedOptions()) {
      String name = option.longestName();
      if (known.findOption(name) != null && !RESOLVED.contains(name)) {
        add(args, name, option);
      }
    }
    return new WorkerOrder(
        UUID.randomUUID(),
        List.copyOf(args),
        requests.authorities(),
        proxies(environment),
        http.wantsKeys() ? IdempotencyKeys.of(Optional.empty(), false).run() : "",
        1);
  }

  private static void add(List<String> args, String name, OptionSpec option) {
    if (option.arity().max() == 0) {
      args.add(name);
    } else {
      option.originalStringValues().forEach(value -> args.add(name + "=" + value));
    }
  }

  private static Map<String, String> proxies(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (PROXIES.contains(name.toLowerCase(Locale.ROOT))) {
            all.put(name, value);
          }
        });
    return Map.copyOf(all);
  }

  /** Opens what is read: a file, a URL that is the only line, or standard input. */
  public static InputStream openInput(Streams streams, @Nullable String from)
      throws UnusableFileException {
    return new Endpoints(streams, from, null, new WrittenFiles(false, false)).openInput();
  }

  /** Whether that is the name of a file. */
  public static boolean isFile(@Nullable String from) {
    return from != null && !from.equals("-") && !Url.isMeant(from);
  }

  RequestForm form() throws MalformedInputException {
    return requests.form(Map.of(), new UsedFiles());
  }

  Tls tls() throws MalformedInputException {
    return authorities.isEmpty()
        ? requests.tls()
        : Tls.of(authorities.getBytes(StandardCharsets.ISO_8859_1), "--cacert");
  }

  Proxies proxies() throws MalformedInputException {
    return requests.proxies(proxies);
  }

  int maxRedirects() {
    return requests.maxRedirects();
  }

  HttpOptions http() {
    return http;
  }

  AnswerOptions answers() {
    return answers;
  }
}
