package io.millrace.cli.run;

import io.millrace.cli.resume.CheckpointOptions;
import io.millrace.cli.resume.KeyField;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a checkpoint of items, and of everything else that uses their key. */
final class ItemCheckpointOptions extends CheckpointOptions {
  @Option(
      names = "--key",
      paramLabel = "FIELD",
      converter = KeyField.Converter.class,
      description =
          "Name items by this field of their JSON or CSV, as sku or order.id: to know them again with --checkpoint "
              + "(default: by the text of the line), in --tag, and for the files of --output-dir.")
  private @Nullable KeyField key;

  @Override
  public Optional<KeyField> key() {
    return Optional.ofNullable(key);
  }
}
