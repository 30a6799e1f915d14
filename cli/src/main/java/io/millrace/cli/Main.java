package io.millrace.cli;

import io.millrace.cli.console.ProcessText;
import io.millrace.cli.console.Streams;
import io.millrace.cli.demo.DemoCommand;
import io.millrace.cli.http.HttpCommand;
import io.millrace.cli.http.OptionGroups;
import io.millrace.cli.option.FileName;
import io.millrace.cli.resume.InfoCommand;
import io.millrace.cli.run.CommandWords;
import io.millrace.cli.run.RunCommand;
import io.millrace.cli.spark.OneMachineOptions;
import io.millrace.cli.spark.SparkCommand;
import io.millrace.cli.text.ByteText;
import io.millrace.cli.text.ErrorMessage;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The command as a function: streams and arguments in, exit code out. */
public final class Main {
  private static final List<String> COMMANDS = List.of("http", "info", "run", "spark", "demo");

  private Main() {}

  /** Runs the command on the streams of the process, and exits. */
  public static void main(String[] args) {
    int code = run(Streams.ofProcess(), args);
    if (args.length > 0 && args[0].equals("http")) {
      QuickExit.exit(code);
    }
    System.exit(code);
  }

  /**
   * Runs the command; neither exits nor touches the standard streams.
   *
   * @return 0 if all went well, 1 if something failed, 2 for wrong usage, 3 if a limit has ended the run, 4 if the
   *     checkpoint cannot be used, 128 plus its number after a signal
   */
  public static int run(InputStream in, PrintStream out, PrintStream err, String... args) {
    return run(System.getenv(), in, out, err, args);
  }

  /** As {@link #run(InputStream, PrintStream, PrintStream, String...)}, with other environment variables. */
  public static int run(
      Map<String, String> environment,
      InputStream in,
      PrintStream out,
      PrintStream err,
      String... args) {
    return run(Streams.of(in, out, err, environment), args);
  }

  private static int run(Streams streams, String... given) {
    List<byte[]> bytes;
    try {
      bytes = streams.bytesOf(given);
    } catch (ProcessText.UnreadableException lost) {
      streams.err().println("millrace: " + ErrorMessage.of(lost));
      return ExitCode.USAGE;
    }
    String[] args =
        streams.isProcess() ? bytes.stream().map(ByteText::of).toArray(String[]::new) : given;
    // what stands behind -- is of another command
    boolean isRun = args.length > 0 && args[0].equals("run");
    int own = isRun ? CommandWords.optionsOf(args) : args.length;
    Optional<String> problem = NonUtf8Arguments.problem(Arrays.asList(args).subList(0, own));
    if (problem.isPresent()) {
      streams.err().println(problem.get());
      return ExitCode.USAGE;
    }
    CommandWords words = isRun ? CommandWords.of(bytes, args) : CommandWords.none();
    HelpOutput shown = new HelpOutput(streams);
    CommandLine line =
        line(streams, words, wanted(args))
            .setOut(new PrintWriter(shown, true, StandardCharsets.UTF_8));
    try {
      int code = line.execute(Arrays.copyOf(args, own));
      line.getOut().flush();
      return shown.exitCode(code);
    } catch (Error fatal) { // the library hands on exceptions only
      return new Complaints(streams.err()).fatal(fatal);
    }
  }

  /* What is needed to understand the arguments: reading the options of all commands takes a while. */
  private static Predicate<String> wanted(String... args) {
    if (args.length == 1 && args[0].equals("--version")) {
      return none -> false;
    }
    return args.length > 0 && COMMANDS.contains(args[0]) ? args[0]::equals : all -> true;
  }

  /** The commands with their options, as far as they are wanted. */
  static CommandLine line(Streams streams, CommandWords words, Predicate<String> wanted) {
    Complaints complaints = new Complaints(streams.err());
    CommandLine line = new CommandLine(new MillraceCommand());
    COMMANDS.stream()
        .filter(wanted)
        .forEach(name -> line.addSubcommand(subcommand(name, streams, words)));
    return line.setExpandAtFiles(false)
        .setErr(new PrintWriter(streams.err(), true, streams.err().charset()))
        .setColorScheme(Help.defaultColorScheme(Ansi.OFF))
        .registerConverter(Path.class, new FileName())
        .setParameterExceptionHandler(complaints)
        .setExecutionExceptionHandler(complaints);
  }

  private static CommandLine subcommand(String name, Streams streams, CommandWords words) {
    return switch (name) {
      case "http" -> {
        CommandLine http = new CommandLine(new HttpCommand(streams));
        http.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new OptionGroups());
        yield http;
      }
      case "info" -> new CommandLine(new InfoCommand(streams));
      case "run" -> new CommandLine(new RunCommand(streams, words));
      case "spark" -> {
        CommandLine spark = new CommandLine(new SparkCommand(streams));
        OneMachineOptions.removeFrom(spark.getCommandSpec());
        spark.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new OptionGroups());
        yield spark;
      }
      case "demo" -> new CommandLine(new DemoCommand(streams));
      default -> throw new IllegalArgumentException(name);
    };
  }
}
