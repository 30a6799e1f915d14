package io.millrace.cli.http;

import io.millrace.cli.console.Streams;
import io.millrace.cli.resume.ResumeHint;
import io.millrace.cli.resume.UnfinishedFile.Left;
import io.millrace.cli.resume.WrittenFiles;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.StreamTarget;
import io.millrace.cli.text.UsedFiles;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come from and answers go to. What cannot be opened is said in the message of an
 * {@link UnusableFileException}. An input that is not there is not named: it may be a URL with a password, or the
 * value of a header that lost its quotes.
 *
 * @param input a URL or a file; null or - is standard input
 * @param output null or - is standard output
 * @param written how the output is written
 */
record Endpoints(
    Streams streams, @Nullable String input, @Nullable Path output, WrittenFiles written) {
  /* What is the name of a file: anything else may be a part of a header or of a URL, with a secret in it. */
  private static final Pattern FILE =
      Pattern.compile("[\\w./ -]{1,200}\\.(txt|jsonl?|ndjson|csv|tsv|lst|list|urls|in)");
  private static final String OUTPUT = "--output";

  private static boolean isStandard(@Nullable String name) {
    return name == null || name.equals("-");
  }

  /** Which standard streams are used. */
  ResumeHint.Standard standard() {
    return new ResumeHint.Standard(
        isStandard(input), output == null || isStandard(output.toString()));
  }

  InputStream openInput() throws UnusableFileException {
    String name = input;
    if (name == null || isStandard(name)) {
      return new FilterInputStream(streams.in()) {
        @Override
        public void close() {
          // its owner does
        }
      };
    }
    if (Url.isMeant(name)) {
      return new ByteArrayInputStream(name.getBytes(StandardCharsets.UTF_8));
    }
    Path path = path(name);
    if (Files.isDirectory(path)) {
      throw new UnusableFileException("cannot read '" + path + "': it is a directory");
    }
    try {
      return Files.newInputStream(path);
    } catch (IOException error) {
      throw new UnusableFileException(
          Files.exists(path, LinkOption.NOFOLLOW_LINKS)
              ? "cannot read '" + path + "': " + FileReason.of(error)
              : "cannot read "
                  + (FILE.matcher(name).matches() ? "'" + path + "'" : "the input")
                  + ": no such file or directory; a URL starts with http:// or https://");
    }
  }

  private static Path path(String name) throws UnusableFileException {
    try {
      return Path.of(name);
    } catch (InvalidPathException invalid) {
      throw new UnusableFileException(
          "the input is neither a file nor a URL" + FileReason.ofName(name));
    }
  }

  Output.Target openTarget() throws UnusableFileException {
    Path path = output;
    if (path == null || isStandard(path.toString())) {
      return new StreamTarget(streams.out());
    }
    return written.open(OUTPUT, path, Left.REPLACED);
  }

  /** Names what is read and written. */
  void addTo(UsedFiles files) {
    if (input == null || isStandard(input)) {
      streams.addInputTo(files);
    } else if (!Url.isMeant(input)) {
      files.reads("the input '" + input + "'", input);
    }
    streams.addOutputsTo(files);
    if (output != null && !isStandard(output.toString())) {
      written.addTo(files, OUTPUT, output);
    }
  }
}
