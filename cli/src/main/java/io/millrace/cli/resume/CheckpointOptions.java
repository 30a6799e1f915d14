package io.millrace.cli.resume;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.cli.text.Digest;
import io.millrace.cli.text.UsedFiles;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of a run with a checkpoint, for any command; each command adds its own {@code --key}. Without
 * {@code --checkpoint}, no database is loaded.
 */
public abstract class CheckpointOptions {
  private static final int LONGEST_NAME = 200;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Keep each outcome in this file, so that the same command goes on where it was after a crash or "
              + "an interrupt, and repeats nothing that has succeeded. A jdbc:postgresql: URL is a database.")
  private @Nullable String place;

  @Option(
      names = "--checkpoint-version",
      paramLabel = "TEXT",
      description =
          "What else the results depend on, such as a model; a checkpoint of another version is refused.")
  private @Nullable String version;

  /** What is wrong with the options together. */
  public Optional<String> conflict() {
    return place == null && key().isPresent()
        ? Optional.of("--key needs --checkpoint")
        : conflictWithoutKey();
  }

  /** As {@link #conflict}, for a command that needs the key for more. */
  public Optional<String> conflictWithoutKey() {
    if (place == null) {
      return version != null
          ? Optional.of("--checkpoint-version needs --checkpoint")
          : Optional.empty();
    }
    if (version != null && (version.isBlank() || version.length() > LONGEST_NAME)) {
      return Optional.of(
          "--checkpoint-version must have 1 to " + LONGEST_NAME + " characters, and not be blank");
    }
    return CheckpointPlace.problem(place);
  }

  /** Whether the run survives. */
  public boolean areGiven() {
    return place != null;
  }

  /** Where it is, without a password, in the same words however it was given; empty if there is none. */
  public Optional<String> place() {
    return Optional.ofNullable(place)
        .map(
            text ->
                CheckpointPlace.isDatabase(text)
                    ? text
                    : Path.of(text).toAbsolutePath().normalize().toString());
  }

  /** Names the files of the checkpoint. */
  public void addTo(UsedFiles files) {
    if (place != null) {
      CheckpointPlace.addTo(files, place);
    }
  }

  /** By which field a line is known again; empty if that was not said. */
  public abstract Optional<KeyField> key();

  /** What the checkpoint says that it is of; empty if there is none, or if it cannot be read. */
  public Optional<String> action(Map<String, String> environment) {
    if (place == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(CheckpointPlace.of(place, environment).store().info().name().action());
    } catch (CheckpointException none) {
      return Optional.empty();
    }
  }

  /**
   * Takes the checkpoint, and makes it if there is none.
   *
   * @param action what it has to be of: the command, with those of its options that change what is kept
   * @throws RunStore.RefusedException if it is of another run, is in use, or cannot be used
   * @throws IllegalStateException if the options are not given
   */
  public RunStore take(String action, Map<String, String> environment)
      throws RunStore.RefusedException {
    if (place == null) {
      throw new IllegalStateException("there is no --checkpoint");
    }
    CheckpointName name =
        CheckpointName.of(Digest.bounded(action, LONGEST_NAME), version == null ? "1" : version);
    return RunStore.take(CheckpointPlace.of(place, environment), name);
  }
}
