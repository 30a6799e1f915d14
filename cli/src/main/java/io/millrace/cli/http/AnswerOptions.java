package io.millrace.cli.http;

import io.millrace.cli.option.ByteCount;
import io.millrace.cli.option.WholeNumber;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import io.millrace.cli.text.FileTarget;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what counts as a success, and what is kept of answers. */
final class AnswerOptions {
  private static final int USUAL_BODY = 10_000_000;

  @Option(
      names = "--expect",
      paramLabel = "STATUS,...",
      converter = Expected.Converter.class,
      description =
          "Only these are a success, as 2xx,404 or 200-204 (default: all below 400). A redirect that is "
              + "followed is not judged.")
  private Expected expected = Expected.usual();

  @Option(
      names = "--select",
      paramLabel = "POINTER",
      converter = Pointer.Converter.class,
      description =
          "Write only this value of the JSON in the answer, as 'value' in place of 'body': "
              + "/choices/0/text. A line without it fails.")
  private @Nullable Pointer select;

  @Option(
      names = "--save-dir",
      paramLabel = "DIR",
      description =
          "Save the body of each success there, of any size, in a file named by the line's id, or else its request; the "
              + "answer has 'file' and 'bytes' in place of 'body'. Files that are there make their line fail, "
              + "unless --force is given. Only you can read them.")
  private @Nullable Path folder;

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      converter = WholeNumber.FromZero.class,
      description =
          "A line with a larger answer fails (default: 10000000; none for what --save-dir saves).")
  private @Nullable Integer maxBody;

  @Option(names = "--no-body", description = "Do not keep the bodies of answers.")
  private boolean noBody;

  @Option(
      names = "--max-memory",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description =
          "For the bodies and large headers of all answers together, until they are written, for example "
              + "200m; further ones wait (default: a quarter of the heap).")
  private long maxMemory = Runtime.getRuntime().maxMemory() / 4;

  @Option(
      names = "--include",
      paramLabel = "HEADER,...",
      converter = HeaderNames.class,
      description = "Write these headers of the answer as 'headers'; * is all.")
  private Set<String> included = Set.of();

  /**
   * What is wrong with the options together.
   *
   * @param isResumable whether there is a checkpoint
   */
  Optional<String> conflict(boolean isResumable) {
    if (isResumable && !noBody && largestBody() > ResumableLines.LARGEST_BODY) {
      return Optional.of(
          "--checkpoint keeps bodies of at most "
              + ResumableLines.LARGEST_BODY
              + " bytes: give a smaller --max-body, or --no-body");
    }
    if (select != null && folder != null) {
      return Optional.of("--select and --save-dir exclude each other");
    }
    if (noBody && (select != null || folder != null)) {
      return Optional.of(
          "--no-body and " + (select != null ? "--select" : "--save-dir") + " exclude each other");
    }
    return Optional.empty();
  }

  private int largestBody() {
    return maxBody == null ? USUAL_BODY : maxBody;
  }

  Expected expected() {
    return expected;
  }

  boolean areSaved() {
    return folder != null;
  }

  /** Whether bodies of answers are in memory for a while. */
  boolean haveBodies() {
    return !noBody && folder == null;
  }

  Picking picking(Optional<Pointer> usage) {
    return new Picking(Optional.ofNullable(select), usage);
  }

  OutputLine form(@Nullable SaveFolder saved) {
    return new OutputLine(included, Optional.ofNullable(saved), select != null);
  }

  ContentReader contents(@Nullable SaveFolder saved, LongFunction<BodyMemory> memory) {
    return new ContentReader(
        new KeptHeaders(included),
        largestBody(),
        !noBody,
        memory.apply(maxMemory),
        Optional.ofNullable(saved),
        maxBody == null ? Long.MAX_VALUE : maxBody);
  }

  ResumableLines.Kept kept(boolean followsRedirects) {
    StringBuilder more = new StringBuilder();
    if (expected.statuses().isPresent()) {
      more.append(" --expect ").append(expected.text());
    }
    if (select != null) {
      more.append(" --select ").append(select);
    }
    if (folder != null) {
      more.append(" --save-dir");
    }
    return new ResumableLines.Kept(included, !noBody, followsRedirects, more.toString());
  }

  /** Names the files in the folder that are no answers. */
  void addTo(UsedFiles files) {
    if (folder != null) {
      SaveFolder.addTo(files, folder);
    }
  }

  /** Takes the folder for answers; null if there is none. */
  @Nullable SaveFolder open(boolean force, Optional<String> checkpoint, UsedFiles used)
      throws UnusableFileException {
    Path path = folder;
    if (path == null) {
      return null;
    }
    try {
      return SaveFolder.open(path, force, checkpoint, used);
    } catch (IOException error) {
      throw new UnusableFileException(
          "--save-dir '" + path + "': " + FileTarget.folderReason(error));
    }
  }
}
