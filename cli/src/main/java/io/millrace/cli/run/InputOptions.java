package io.millrace.cli.run;

import io.millrace.cli.console.Streams;
import io.millrace.cli.option.WholeNumber;
import io.millrace.cli.run.Inputs.Input;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.UsedFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that say where items come from. */
final class InputOptions {
  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = "What to read; standard input if there is none, or for -.")
  private List<String> files = new ArrayList<>();

  @Option(names = "-0", description = "Lines end in a byte 0, as those of find -print0.")
  private boolean zero;

  @Option(
      names = "--csv",
      description = "The input is CSV; the first line of each file names the fields.")
  private boolean csv;

  @Option(
      names = "--max-line",
      paramLabel = "BYTES",
      converter = WholeNumber.FromOne.class,
      description = "A longer item fails (default: ${DEFAULT-VALUE}).")
  private int maxLine = 10_000_000;

  /** An input cannot be opened; the message says which and why. */
  static final class UnusableInputException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableInputException(String message) {
      super(message);
    }
  }

  /** What is wrong with the options together. */
  Optional<String> conflict(CommandWords words) {
    if (zero && csv) {
      return Optional.of("-0 and --csv exclude each other: records of CSV end in a line feed");
    }
    return words.items().isEmpty() || files.isEmpty()
        ? Optional.empty()
        : Optional.of("items come from files or stand behind :::, not both");
  }

  boolean isCsv() {
    return csv;
  }

  boolean isZeroTerminated() {
    return zero;
  }

  /** Whether items come from there. */
  boolean readsStandardInput(CommandWords words) {
    return words.items().isEmpty() && (files.isEmpty() || files.contains("-"));
  }

  /** Names what is read. */
  void addTo(UsedFiles used, CommandWords words, Streams streams) {
    if (readsStandardInput(words)) {
      streams.addInputTo(used);
    }
    files.stream()
        .filter(file -> !file.equals("-"))
        .forEach(file -> used.reads("the input '" + file + "'", file));
  }

  /** Opens all that is read. */
  Inputs open(CommandWords words, Streams streams) throws UnusableInputException {
    if (words.items().isPresent()) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (byte[] item : words.items().get()) {
        all.writeBytes(item);
        all.write(0);
      }
      return new Inputs(List.of(new Input(":::", new ByteArrayInputStream(all.toByteArray()))));
    }
    List<Input> all = new ArrayList<>();
    for (String file : files.isEmpty() ? List.of("-") : files) {
      all.add(new Input(file, open(file, streams)));
    }
    return new Inputs(all);
  }

  private static InputStream open(String file, Streams streams) throws UnusableInputException {
    if (file.equals("-")) {
      return new FilterInputStream(streams.in()) {
        @Override
        public void close() {
          // its owner does
        }
      };
    }
    String problem = "cannot read '" + file + "': ";
    try {
      Path path = Path.of(file);
      if (Files.isDirectory(path)) {
        throw new UnusableInputException(problem + "it is a directory");
      }
      return Files.newInputStream(path);
    } catch (InvalidPathException noName) {
      throw new UnusableInputException(
          problem + "that cannot be the name of a file" + FileReason.ofName(file));
    } catch (IOException error) {
      throw new UnusableInputException(problem + FileReason.of(error));
    }
  }

  /**
   * The items of an input.
   *
   * @param fields that are asked for: if there are any, and it is no CSV, it is JSON
   * @param texts that should be the name of no field
   * @param whyJson what is added where a line is none
   * @throws UnusableInputException if it is CSV, and its first line names other fields; that line is waited for
   */
  ItemSource items(
      Inputs in, CommandWords words, Set<String> fields, Set<String> texts, String whyJson)
      throws UnusableInputException {
    if (csv) {
      return records(in, words, fields, texts);
    }
    ItemParser parser =
        fields.isEmpty() ? ItemParser.lines() : new JsonItems(fields, texts, whyJson);
    return new ItemSource(in, parser, maxLine, delimiter(words));
  }

  private ItemSource records(Inputs in, CommandWords words, Set<String> fields, Set<String> texts)
      throws UnusableInputException {
    CsvItems parser = new CsvItems();
    ItemSource items = new ItemSource(in, parser, maxLine, delimiter(words));
    var _ = items.hasNext();
    Optional<String> misfit = parser.misfit(fields, texts);
    if (misfit.isPresent()) {
      items.close();
      throw new UnusableInputException(misfit.get());
    }
    return items;
  }

  /** What failed of the input, in the same form. */
  FailedItems failed(Output output, CommandWords words) {
    return new FailedItems(output, csv ? (byte) '\n' : delimiter(words), csv);
  }

  /** What another run has to be told of that form besides the options. */
  List<String> formOfFailed(CommandWords words) {
    return words.items().isPresent() && !zero && !csv ? List.of("-0") : List.of();
  }

  private byte delimiter(CommandWords words) {
    return (byte) (zero || words.items().isPresent() ? 0 : '\n');
  }
}
