package io.millrace.cli.console;

import io.millrace.outcome.RunStatus;
import io.millrace.plan.FailureRate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says why a run has ended before all was done: with what was asked for, and with nothing else.
 *
 * @param limits on failures that were asked for, such as {@code --max-failures}
 * @param hasCheckpoint whether the run has a checkpoint, which ends it if it cannot keep an item
 */
public record EndReason(List<String> limits, boolean hasCheckpoint) {
  private static final String CHECKPOINT = "the checkpoint";

  /** Copies the list. */
  public EndReason {
    limits = List.copyOf(limits);
  }

  /** With these limits on failures, each of which is null if it was not asked for. */
  public static EndReason of(
      @Nullable Integer maxFailures, @Nullable FailureRate failRate, boolean hasCheckpoint) {
    List<String> limits = new ArrayList<>();
    if (maxFailures != null) {
      limits.add("--max-failures");
    }
    if (failRate != null) {
      limits.add("--fail-rate");
    }
    return new EndReason(limits, hasCheckpoint);
  }

  /**
   * Of the run, also if all was done, and when that was: what a page says at its end.
   *
   * @param isBroken whether the checkpoint has ended it
   */
  public String ofPage(RunStatus status, boolean isBroken) {
    return (status == RunStatus.COMPLETED ? "completed" : ofRun(status, isBroken))
        + ", "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  /**
   * Of the run.
   *
   * @param isBroken whether the checkpoint has ended it
   */
  public String ofRun(RunStatus status, boolean isBroken) {
    if (isBroken) {
      return "stopped by " + CHECKPOINT;
    }
    return isInterrupt(status)
        ? "interrupted"
        : "stopped by " + cause(status, String.join(" or ", limits));
  }

  /** Of an item that was under way: it is told of before it is known what has ended the run. */
  public String ofItem(RunStatus status) {
    String possible =
        Stream.concat(limits.stream(), hasCheckpoint ? Stream.of(CHECKPOINT) : Stream.of())
            .collect(Collectors.joining(" or "));
    return "cut off by " + (isInterrupt(status) ? "an interrupt" : cause(status, possible));
  }

  private static boolean isInterrupt(RunStatus status) {
    return switch (status) {
      case CANCELLED, RUNNING, COMPLETED -> true;
      case TIMED_OUT, CALLS_SPENT, COST_SPENT, ABORTED, FATAL_ERROR -> false;
    };
  }

  private static String cause(RunStatus status, String aborting) {
    return switch (status) {
      case TIMED_OUT -> "--run-timeout";
      case CALLS_SPENT -> "--max-calls";
      case COST_SPENT -> "--max-cost";
      case FATAL_ERROR -> "--stop-on";
      case ABORTED, CANCELLED, RUNNING, COMPLETED -> aborting.isEmpty() ? "an error" : aborting;
    };
  }
}
