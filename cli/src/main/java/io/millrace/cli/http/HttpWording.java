package io.millrace.cli.http;

import io.millrace.outcome.Details;
import io.millrace.outcome.Wording;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** How the monitor of a run names lines, their errors, and the pauses of hosts. */
final class HttpWording implements Wording, Serializable {
  private static final long serialVersionUID = 1;

  @Override
  public String cause(Throwable error) {
    return ErrorText.kindOf(error);
  }

  /** Its id, and where it goes, without what could be secret there. */
  @Override
  public String item(@Nullable Object item, Details details) {
    if (!(lineOf(item) instanceof InputLine line)) {
      return "line " + details.index();
    }
    String id = line.label().id();
    String name = id.startsWith("\"") ? LineIdentity.shown(id) : "line " + id;
    return line instanceof InputLine.Call call ? name + " (" + call.host() + ")" : name;
  }

  @Override
  public String pause(@Nullable Object item, Throwable error) {
    String host = lineOf(item) instanceof InputLine.Call call ? call.host() : "a server";
    boolean isRetryAfter =
        error instanceof BadReplyException bad && bad.header("retry-after").isPresent();
    return (isRetryAfter ? "Retry-After from " : "asked by ") + host;
  }

  /* On a cluster, a line is an item with all its requests. */
  private static @Nullable Object lineOf(@Nullable Object item) {
    return item instanceof WorkerLine line ? line.now() : item;
  }
}
