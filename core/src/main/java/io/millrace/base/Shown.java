package io.millrace.base;

import java.time.Duration;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Builds what {@code toString} says of something that can be configured: its name, and the options that differ from
 * their defaults.
 */
public final class Shown {
  private final StringJoiner parts;

  /** With nothing chosen yet. */
  public Shown(String name) {
    parts = new StringJoiner(", ", name + "[", "]");
  }

  /** A part that has no name. */
  public Shown part(Object part) {
    parts.add(part.toString());
    return this;
  }

  /** An option, unless it is as by default. */
  public Shown option(String name, @Nullable Object value, @Nullable Object byDefault) {
    if (!Objects.equals(value, byDefault)) {
      parts.add(name + "=" + text(value));
    }
    return this;
  }

  /** The name of an option that was chosen, if its value has no useful text, such as a function. */
  public Shown given(String name, boolean isGiven) {
    if (isGiven) {
      parts.add(name);
    }
    return this;
  }

  private static String text(@Nullable Object value) {
    return value instanceof Duration duration ? text(duration) : String.valueOf(value);
  }

  private static String text(Duration duration) {
    return duration.compareTo(Require.LONGEST) > 0 ? "for ever" : Require.text(duration);
  }

  @Override
  public String toString() {
    return parts.toString();
  }
}
