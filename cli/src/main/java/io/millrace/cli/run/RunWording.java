package io.millrace.cli.run;

import io.millrace.outcome.Details;
import io.millrace.outcome.Wording;
import org.jspecify.annotations.Nullable;

/** What the monitor of a run calls its items and failures. */
final class RunWording implements Wording {
  /** Without the name of the program. */
  @Override
  public String cause(Throwable error) {
    return error instanceof CommandException command ? command.kind() : ItemResult.problem(error);
  }

  /** Its number: what stands in it may be secret. */
  @Override
  public String item(@Nullable Object item, Details details) {
    return item instanceof Item known ? "item " + known.number() : "item " + details.index();
  }
}
