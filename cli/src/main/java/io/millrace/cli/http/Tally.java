package io.millrace.cli.http;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts outcomes. Thread-safe: one thread counts, another one shows progress. */
final class Tally {
  /** More kinds of errors than these are counted together: memory stays bounded. */
  private static final int MOST_KINDS = 1_000;

  private static final String OTHER_KINDS = "other errors";

  /* Guarded by this. */
  private final Map<Integer, Long> statuses = new TreeMap<>();
  private final Map<String, Long> errors = new HashMap<>();
  private long ok;
  private long restored;
  private long failed;
  private long retries;
  private long cutOff;

  /**
   * The counts at one time.
   *
   * @param done items with a result, ok or failed
   * @param statuses how often each status came, of the last replies
   * @param errors how often which kind of error came, the most frequent first
   * @param cutOff items that the end of the run cut off
   * @param restored items, of those that are ok, whose answer an earlier run has got
   */
  record Counts(
      long done,
      long ok,
      long failed,
      long retries,
      Map<Integer, Long> statuses,
      List<Map.Entry<String, Long>> errors,
      long cutOff,
      long restored) {}

  /** An answer of an earlier run. */
  synchronized void addRestored(LineResult result) {
    result.reply().ifPresent(reply -> statuses.merge(reply.statusCode(), 1L, Long::sum));
    ok++;
    restored++;
  }

  synchronized void add(LineResult result) {
    retries += result.retries();
    result.reply().ifPresent(reply -> statuses.merge(reply.statusCode(), 1L, Long::sum));
    switch (result.state()) {
      case OK -> ok++;
      case FAILED -> {
        failed++;
        boolean known = errors.size() < MOST_KINDS || errors.containsKey(result.kind());
        errors.merge(known ? result.kind() : OTHER_KINDS, 1L, Long::sum);
      }
      case CUT_OFF -> cutOff++;
      case NOT_STARTED -> {
        // seen as well by what was read and has no other count
      }
    }
  }

  synchronized Counts counts() {
    List<Map.Entry<String, Long>> byFrequency =
        errors.entrySet().stream()
            .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
            .sorted(
                Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    return new Counts(
        ok + failed, ok, failed, retries, new TreeMap<>(statuses), byFrequency, cutOff, restored);
  }
}
