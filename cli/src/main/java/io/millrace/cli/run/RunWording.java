package io.millrace.cli.run;

import io.millrace.base.Visible;
import io.millrace.cli.resume.GivenKey;
import io.millrace.outcome.Details;
import io.millrace.outcome.Wording;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the monitor of a run names its items and failures.
 *
 * @param key the field that names items, if there is one
 */
record RunWording(Optional<String> key) implements Wording {
  /** Without the name of the program. */
  @Override
  public String cause(Throwable error) {
    return switch (error) {
      case CommandException command -> command.kind();
      case MalformedItemException malformed -> malformed.kind();
      default -> ItemResult.problem(error);
    };
  }

  /** Its number, and its key if one was asked for: what else stands in it may be secret. */
  @Override
  public String item(@Nullable Object item, Details details) {
    if (!(item instanceof Item known)) {
      return "item " + details.index();
    }
    return "item "
        + known.number()
        + key.flatMap(field -> Optional.ofNullable(known.fields().get(field)))
            .map(RunWording::shown)
            .orElse("");
  }

  private static String shown(byte[] key) {
    return " (" + Visible.of(new String(GivenKey.withoutUser(key), StandardCharsets.UTF_8)) + ")";
  }
}
