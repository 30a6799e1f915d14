package io.millrace.cli.http;

import io.millrace.cli.watch.Times;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which hosts have refused requests, so that their rates became adaptive, and how many requests a second each has
 * taken since then. Only the first hosts that refuse are counted, up to a bound. Thread-safe.
 *
 * @param wanted the rate that was asked for, for all hosts; empty if there is none
 */
record HostPaces(Optional<String> wanted, Map<String, Pace> ofHosts) {
  private static final int MOST_HOSTS = 1_000;
  private static final int HOSTS_SHOWN = 3;

  /** With no host yet. */
  static HostPaces of(Optional<String> wanted) {
    return new HostPaces(wanted, new ConcurrentHashMap<>());
  }

  /** What one host does with requests. Its monitor guards it. */
  private static final class Pace {
    private final long startNanos;
    private long refused;
    private long taken;
    private long lastNanos;

    private Pace(long now) {
      startNanos = now;
      lastNanos = now;
    }

    private synchronized void refuse() {
      refused++;
    }

    private synchronized void take(long now) {
      taken++;
      lastNanos = Math.max(lastNanos, now);
    }

    private synchronized Seen seen() {
      return new Seen(refused, taken / Math.max((lastNanos - startNanos) / 1e9, 1));
    }
  }

  private record Seen(long refused, double perSecond) {}

  /** A host has refused a request for now. */
  void refused(String host, long now) {
    Pace pace = ofHosts.get(host);
    if (pace == null && ofHosts.size() < MOST_HOSTS) {
      pace = ofHosts.computeIfAbsent(host, _ -> new Pace(now));
    }
    if (pace != null) {
      pace.refuse();
    }
  }

  /** A host has taken a request. */
  void taken(String host, long now) {
    Pace pace = ofHosts.isEmpty() ? null : ofHosts.get(host);
    if (pace != null) {
      pace.take(now);
    }
  }

  /** For the display: the host that has refused most; empty if none has refused anything. */
  Optional<String> shown() {
    return most().stream()
        .findFirst()
        .map(each -> each.getKey() + " takes " + text(each.getValue()));
  }

  /** The lines at the end. */
  List<String> lines() {
    return most().stream()
        .limit(HOSTS_SHOWN)
        .map(
            each ->
                "  "
                    + each.getKey()
                    + ": "
                    + text(each.getValue())
                    + wanted.map(rate -> " of the " + rate + " asked for").orElse("")
                    + ", an adaptive rate after "
                    + refusals(each.getValue().refused())
                    + "; --rate-per-host sets it")
        .toList();
  }

  private static String refusals(long count) {
    return count == 1 ? "a refusal" : Times.count(count) + " refusals";
  }

  private static String text(Seen seen) {
    return Times.rate(seen.perSecond());
  }

  private List<Map.Entry<String, Seen>> most() {
    return ofHosts.entrySet().stream()
        .map(each -> Map.entry(each.getKey(), each.getValue().seen()))
        .sorted(
            Comparator.<Map.Entry<String, Seen>>comparingLong(each -> -each.getValue().refused())
                .thenComparing(Map.Entry::getKey))
        .toList();
  }
}
