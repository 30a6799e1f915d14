package io.millrace.checkpoint;

import java.util.Objects;

/**
 * What a checkpoint is of. A store refuses a run whose name is not that of the checkpoint, before any work, so that
 * the results of two actions are never mixed.
 *
 * @param action names the action: 1 to 200 characters, not blank
 * @param version names what else its results depend on, for example a model or a prompt; 1 to 200 characters, not blank
 */
public record CheckpointName(String action, String version) {
  private static final int LONGEST = 200;

  /** Checks the arguments. */
  public CheckpointName {
    require("action", action);
    require("version", version);
  }

  /** The name of an action and of its version. */
  public static CheckpointName of(String action, String version) {
    return new CheckpointName(action, version);
  }

  /* Of a value that may be of any length. */
  private static String start(String value) {
    return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "...";
  }

  private static void require(String name, String value) {
    Objects.requireNonNull(value, name);
    if (value.isBlank() || value.length() > LONGEST) {
      throw new IllegalArgumentException(
          name
              + " must have 1 to "
              + LONGEST
              + " characters and not be blank, not: "
              + start(value));
    }
  }
}
