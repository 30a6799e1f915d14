package io.millrace.cli.http;

import java.util.Map;
import java.util.TreeMap;

/** Counts outcomes. Thread-safe: one thread counts, another one shows progress. */
final class Tally {
  /* Guarded by this. */
  private final Map<Integer, Long> statuses = new TreeMap<>();
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
   * @param cutOff items that the end of the run cut off
   * @param restored items, of those that are ok, whose answer an earlier run has got
   */
  record Counts(
      long done,
      long ok,
      long failed,
      long retries,
      Map<Integer, Long> statuses,
      long cutOff,
      long restored) {}

  /** An answer of an earlier run. */
  synchronized void addRestored(LineResult result) {
    addStatus(result);
    ok++;
    restored++;
  }

  synchronized void add(LineResult result) {
    retries += result.retries();
    addStatus(result);
    switch (result.state()) {
      case OK -> ok++;
      case FAILED -> failed++;
      case CUT_OFF -> cutOff++;
      case NOT_STARTED -> {
        // seen as well by what was read and has no other count
      }
    }
  }

  private void addStatus(LineResult result) {
    if (result.reply().isPresent()) {
      statuses.merge(result.reply().get().statusCode(), 1L, Long::sum);
    }
  }

  synchronized Counts counts() {
    return new Counts(ok + failed, ok, failed, retries, new TreeMap<>(statuses), cutOff, restored);
  }
}
