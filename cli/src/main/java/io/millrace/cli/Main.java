package io.millrace.cli;

import io.millrace.cli.console.Streams;
import io.millrace.cli.demo.DemoCommand;
import io.millrace.cli.http.HttpCommand;
import io.millrace.cli.http.OptionGroups;
import io.millrace.cli.resume.InfoCommand;
import io.millrace.cli.run.CommandWords;
import io.millrace.cli.run.RunCommand;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The command as a function: streams and arguments in, exit code out. */
public final class Main {
  private Main() {}

  /** Runs the command on the streams of the process, and exits. */
  public static void main(String[] args) {
    System.exit(run(Streams.ofProcess(), args));
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

  private static int run(Streams streams, String... args) {
    // what stands behind -- is of another command
    boolean isRun = args.length > 0 && args[0].equals("run");
    int own = isRun ? CommandWords.optionsOf(args) : args.length;
    CommandWords words = isRun ? CommandWords.of(streams, args) : CommandWords.none();
    Complaints complaints = new Complaints(streams.err());
    CommandLine http = new CommandLine(new HttpCommand(streams));
    http.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new OptionGroups());
    CommandLine line =
        new CommandLine(new MillraceCommand())
            .addSubcommand(http)
            .addSubcommand(new InfoCommand(streams))
            .addSubcommand(new RunCommand(streams, words))
            .addSubcommand(new DemoCommand(streams))
            .setExpandAtFiles(false)
            .setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(streams.err(), true, streams.err().charset()))
            .setColorScheme(Help.defaultColorScheme(Ansi.OFF))
            .setParameterExceptionHandler(complaints)
            .setExecutionExceptionHandler(complaints);
    try {
      return line.execute(Arrays.copyOf(args, own));
    } catch (Error fatal) { // the library hands on exceptions only
      return complaints.fatal(fatal);
    }
  }
}
