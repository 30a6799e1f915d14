package io.millrace.cli.watch;

import io.millrace.cli.watch.Samples.Sample;
import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * A page about a run that needs nothing but itself. What comes from servers and inputs stands in it as JSON in ASCII, in
 * which no character means anything to HTML, and is shown as text; the page allows no script and style but its own.
 */
public final class ReportPage {
  private static final String PLOTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.";
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)\\}\\}");
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final String title;
  private final Map<String, String> settings;
  private final Optional<String> again;
  private final Recorder recorder;
  private final Supplier<Standing> standing;

  /**
   * The page of a run.
   *
   * @param title what is run, without secrets
   * @param settings the options, without secrets
   * @param again the command that runs only what failed, if there is one
   */
  public ReportPage(
      String title,
      Map<String, String> settings,
      Optional<String> again,
      Recorder recorder,
      Supplier<Standing> standing) {
    this.title = title;
    this.settings = settings;
    this.again = again;
    this.recorder = recorder;
    this.standing = standing;
  }

  /**
   * The page as it stays.
   *
   * @param how how the run ended
   */
  public String ended(String how) {
    return filled(Style.REPORT, data(how, false));
  }

  /** The page as of now, which follows the run. */
  String live() {
    return filled(Style.LIVE, now());
  }

  /** The data of now, in one line. */
  String now() {
    return data("running", true);
  }

  /** The data at the end, in one line. */
  String last(String how) {
    return data(how, true);
  }

  /** What the page that follows the run may load, for its header. */
  static String livePolicy() {
    return Parts.ALL.policy(Style.LIVE) + "; frame-ancestors 'none'";
  }

  private enum Style {
    REPORT,
    LIVE
  }

  /** What is the same in every page. */
  private record Parts(String style, String plots, String script) {
    static final Parts ALL =
        new Parts(
            resource(PLOTS + "min.css") + resource("report.css"),
            resource(PLOTS + "iife.min.js"),
            resource("report.js"));

    String policy(Style use) {
      return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src "
          + hash(style)
          + "; script-src "
          + hash(plots)
          + " "
          + hash(script)
          + (use == Style.LIVE ? "; connect-src 'self'" : "");
    }
  }

  private static String filled(Style use, String data) {
    Map<String, String> parts =
        Map.of(
            "policy", Parts.ALL.policy(use),
            "data", data,
            "style", Parts.ALL.style,
            "plots", Parts.ALL.plots,
            "script", Parts.ALL.script);
    return PLACE
        .matcher(resource("report.html"))
        .replaceAll(place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), "")));
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the report needs " + name + ", which is not there");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private String data(String ended, boolean isLive) {
    Standing end = standing.get();
    List<Sample> samples = recorder.samples();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeStringProperty("title", title);
      json.writeStringProperty("ended", ended);
      json.writeBooleanProperty("live", isLive);
      again.ifPresent(command -> json.writeStringProperty("again", command));
      rows(json, "facts", facts(end));
      rows(
          json,
          "settings",
          settings.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue())).toList());
      rows(json, "failures", failures(end.snapshot().failures()));
      rows(json, "pauses", end.snapshot().pauses().stream().map(ReportPage::row).toList());
      series(json, samples);
      json.writeEndObject();
    }
    return text.toString().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }

  private static List<List<String>> facts(Standing end) {
    Snapshot snapshot = end.snapshot();
    Latencies returned = snapshot.returned();
    return List.of(
        List.of("done", Times.count(end.done())),
        List.of("failed", Times.count(end.failed())),
        List.of("restored", Times.count(end.restored())),
        List.of("time", Times.text(end.elapsed())),
        List.of("rate", Times.rate(end.doneNow() / end.seconds())),
        List.of("attempts", Times.count(snapshot.attempts())),
        List.of("retries", Times.count(end.retries())),
        List.of("lost to pauses", Times.text(snapshot.paused())),
        List.of("median", Times.text(returned.percentile(50))),
        List.of("90 %", Times.text(returned.percentile(90))),
        List.of("99 %", Times.text(returned.percentile(99))),
        List.of("longest", Times.text(returned.max())));
  }

  private static List<List<String>> failures(FailureReport report) {
    List<List<String>> rows = new ArrayList<>();
    report.groups().forEach(group -> rows.add(row(group)));
    if (report.others() > 0) {
      rows.add(List.of(Times.count(report.others()), "other causes", ""));
    }
    return rows;
  }

  private static List<String> row(FailureGroup group) {
    return List.of(Times.count(group.count()), group.cause(), group.sample());
  }

  private static List<String> row(Pause pause) {
    return List.of(Times.count(pause.times()), pause.origin());
  }

  private static void rows(JsonGenerator json, String name, List<List<String>> rows) {
    json.writeArrayPropertyStart(name);
    for (List<String> row : rows) {
      json.writeStartArray();
      row.forEach(json::writeString);
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private static void series(JsonGenerator json, List<Sample> samples) {
    json.writeObjectPropertyStart("series");
    numbers(json, "seconds", samples, Sample::to);
    numbers(json, "done", samples, each -> perSecond(each, each.done()));
    numbers(json, "failed", samples, each -> perSecond(each, each.failed()));
    numbers(json, "running", samples, Sample::running);
    numbers(json, "paused", samples, each -> each.isPaused() ? 1 : 0);
    for (double percent : new double[] {50, 90, 99}) {
      numbers(json, "p" + (int) percent, samples, each -> millis(each.returned(), percent));
    }
    json.writeObjectPropertyStart("waiting");
    for (WaitCause cause : WaitCause.values()) {
      if (samples.stream().anyMatch(each -> each.waitingFor(cause) > 0)) {
        numbers(json, StatusLine.text(cause), samples, each -> each.waitingFor(cause));
      }
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static double perSecond(Sample sample, long count) {
    return count / Math.max(sample.to() - sample.from(), 1e-3);
  }

  /* No attempt, no time: the line has a gap there. */
  private static double millis(Latencies latencies, double percent) {
    return latencies.count() == 0 ? Double.NaN : latencies.percentile(percent).toNanos() / 1e6;
  }

  private static void numbers(
      JsonGenerator json, String name, List<Sample> samples, ToDoubleFunction<Sample> number) {
    json.writeArrayPropertyStart(name);
    for (Sample each : samples) {
      double value = number.applyAsDouble(each);
      if (Double.isNaN(value)) {
        json.writeNull();
      } else {
        json.writeNumber(Math.round(value * 1e3) / 1e3);
      }
    }
    json.writeEndArray();
  }
}
