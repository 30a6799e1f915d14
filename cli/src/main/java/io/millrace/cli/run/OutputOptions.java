package io.millrace.cli.run;

import io.millrace.cli.console.Streams;
import io.millrace.cli.option.ByteCount;
import io.millrace.cli.resume.GivenKey;
import io.millrace.cli.resume.KeyField;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is done with the output of commands. */
final class OutputOptions {
  private static final long USUAL_IN_JSON = 1 << 20;

  @Option(names = "--tag", description = "Begin each line with the item, or its --key, and a tab.")
  private boolean tag;

  @Option(
      names = "--json",
      description =
          "Write a line of JSON for each item: id, item, exitCode or signal, attempts, start, millis, error, stdout,"
              + " stderr.")
  private boolean json;

  @Option(
      names = "--output-dir",
      paramLabel = "DIR",
      description =
          "Write what is printed there, to NUMBER.out and NUMBER.err, or KEY.out and KEY.err with --key; only you can"
              + " read them.")
  private @Nullable Path folder;

  @Option(
      names = "--max-output",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description =
          "Keep so much of what a command prints on each stream, for example 64k (default: all of it; 1m with"
              + " --json).")
  private @Nullable Long maxOutput;

  /** What is wrong with the options together. */
  Optional<String> conflict() {
    if (json && tag) {
      return Optional.of("--json and --tag exclude each other: a line of JSON has its item");
    }
    if (folder != null && tag) {
      return Optional.of("--output-dir and --tag exclude each other: a file is of one item");
    }
    if (folder != null && maxOutput != null) {
      return Optional.of("--output-dir and --max-output exclude each other: files are whole");
    }
    return Optional.empty();
  }

  boolean isJson() {
    return json;
  }

  boolean areFiles() {
    return folder != null;
  }

  /** How much is kept of a stream. */
  long most() {
    long usual = json ? USUAL_IN_JSON : Long.MAX_VALUE;
    return maxOutput == null ? usual : maxOutput;
  }

  /** Whether somebody has said that the start of an output will do. */
  boolean isCutWanted() {
    return json || maxOutput != null;
  }

  /** As it stands on a command line: what changes what is kept of an item. */
  String shown() {
    return folder != null ? " --output-dir" : isCutWanted() ? " --max-output " + most() : "";
  }

  /** Names the files in the folder that are not of an item. */
  void addTo(UsedFiles used) {
    if (folder != null) {
      used.writesIn(
          "a half-written file or a lock of --output-dir '" + folder + "'",
          folder,
          PartFiles::isOurs);
    }
  }

  /**
   * The folder, which is made if it is not there.
   *
   * @param checkpoint when that of the run was made
   */
  Optional<OutputFolder> openFolder(
      UsedFiles used, Optional<KeyField> key, Optional<Instant> checkpoint) throws IOException {
    return folder == null
        ? Optional.empty()
        : Optional.of(OutputFolder.open(folder, used, key.map(KeyField::name), checkpoint));
  }

  /** The name of the folder. */
  String folder() {
    return String.valueOf(folder);
  }

  ResultWriter writer(
      Output output, Streams streams, Optional<OutputFolder> files, Optional<KeyField> key) {
    if (json) {
      return new JsonRecords(output, files);
    }
    return new GroupedText(output, streams, tag ? item -> tag(item, key) : _ -> new byte[0]);
  }

  /* Of a control character above ASCII, in UTF-8. */
  private static boolean isSecondHalf(byte[] text, int index) {
    return index > 0
        && text[index - 1] == (byte) 0xc2
        && (text[index] & 0xff) >= 0x80
        && (text[index] & 0xff) < 0xa0;
  }

  private static byte[] tag(Item item, Optional<KeyField> key) {
    byte[] given =
        key.map(field -> item.fields().getOrDefault(field.name(), item.text())).orElse(item.text());
    byte[] text = GivenKey.withoutUser(given);
    byte[] tag = Arrays.copyOf(text, text.length + 1);
    for (int index = 0; index < text.length; index++) {
      // a line stays one, and steers no terminal
      boolean isControl = (text[index] >= 0 && text[index] < ' ') || text[index] == 0x7f;
      tag[index] = isControl ? (byte) '?' : text[index];
      if (isSecondHalf(text, index)) {
        tag[index - 1] = (byte) '?';
        tag[index] = (byte) '?';
      }
    }
    tag[text.length] = '\t';
    return tag;
  }
}
