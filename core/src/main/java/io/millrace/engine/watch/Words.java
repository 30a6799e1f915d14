package io.millrace.engine.watch;

import io.millrace.outcome.Details;
import io.millrace.outcome.Wording;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a wording, whose answers are made fit to be kept and shown. */
public final class Words {
  private static final int LONGEST = 200;
  private static final Pattern UNSHOWN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]+");

  private Words() {}

  /** The cause of an error. */
  public static String cause(Wording wording, Throwable error) {
    return fit(() -> wording.cause(error), kind(error));
  }

  /** The class of an error, also where that has no name of its own. */
  static String kind(Throwable error) {
    String simple = error.getClass().getSimpleName();
    return simple.isEmpty() ? error.getClass().getName() : simple;
  }

  /** An item's name. */
  public static String item(Wording wording, @Nullable Object item, Details details) {
    return fit(() -> wording.item(item, details), "item " + details.index());
  }

  /** Who asked for a pause. */
  public static String pause(Wording wording, @Nullable Object item, Throwable error) {
    return fit(() -> wording.pause(item, error), kind(error));
  }

  private static String fit(Supplier<@Nullable String> asking, String otherwise) {
    String text;
    try {
      text = asking.get();
    } catch (Throwable broken) {
      text = null;
    }
    if (text == null || text.isBlank()) {
      return otherwise;
    }
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
    return UNSHOWN.matcher(cut).replaceAll(" ");
  }
}
