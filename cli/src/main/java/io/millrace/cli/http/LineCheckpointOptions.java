package io.millrace.cli.http;

import io.millrace.cli.resume.CheckpointOptions;
import io.millrace.cli.resume.KeyField;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a checkpoint of lines. */
final class LineCheckpointOptions extends CheckpointOptions {
  @Option(
      names = "--key",
      paramLabel = "FIELD",
      converter = KeyField.Converter.class,
      description =
          "With --checkpoint: know a line again by this field of its JSON, as sku or order.id (default: by its id, or "
              + "else by what it asks for).")
  private @Nullable KeyField key;

  @Override
  public Optional<KeyField> key() {
    return Optional.ofNullable(key);
  }
}
