package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line on a worker of a cluster: one item, whose request changes when it is redirected. Used by one thread at a time: the task
 * that reads it, the worker of the run that has it, the one that leads the run, and the task again.
 */
public final class WorkerLine implements InputLine {
  private final LinesOfTask task;
  private InputLine now;
  private @Nullable BodyMemory memory;
  private @Nullable Step answer;
  private @Nullable Throwable error;

  WorkerLine(LinesOfTask task, InputLine line) {
    this.task = task;
    this.now = line;
  }

  /** The line with the request that comes next. */
  InputLine now() {
    return now;
  }

  /** The task that waits for it. */
  LinesOfTask task() {
    return task;
  }

  @Override
  public Label label() {
    return now.label();
  }

  @Override
  public LineHistory history() {
    return now.history();
  }

  /** It goes on with another request. */
  void follow(Step.Redirected to) {
    Call call = now.call();
    try {
      Request next = Redirect.next(call.request(), to.status(), Optional.of(to.location()));
      call.history().redirected();
      now = call.leadingTo(next);
    } catch (MalformedInputException impossible) {
      throw new IllegalStateException(impossible); // the exchange has made this request before
    }
  }

  /** Its answers are kept there. */
  void keptIn(BodyMemory bodies) {
    memory = bodies;
  }

  /** What came of it; told by the run, before its task gets it back. */
  void ended(Outcome<?, ?> outcome) {
    if (outcome instanceof Success<?, ?> success && success.value() instanceof Step step) {
      answer = step;
    }
    error = outcome.error();
  }

  /** Whether it has failed, when it has come back. */
  public boolean isFailed() {
    return !(answer instanceof Step.Answered);
  }

  /** How many requests repeated the one before. */
  public long retries() {
    return Math.max(history().attempts() - 1, 0);
  }

  /** What came of it, as {@code millrace http} writes it, without the end of the line. Asked once, when it has come back. */
  public String json() {
    return task.json(this);
  }

  LineResult result() {
    return LineResult.of(now, answer, error);
  }

  /** Its answer is written, or nobody wants it. */
  void free() {
    BodyMemory bodies = memory;
    if (bodies != null) {
      bodies.free(history().sequence());
    }
  }
}
