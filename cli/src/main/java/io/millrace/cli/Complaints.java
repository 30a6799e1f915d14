package io.millrace.cli;

import io.millrace.cli.http.CurlOptions;
import io.millrace.cli.run.ForeignOptions;
import io.millrace.cli.spark.OneMachineOptions;
import io.millrace.cli.text.ErrorMessage;
import java.io.PrintStream;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says in one or two lines what is wrong. Arguments that belong to no option are not repeated, except for the names
 * of options: the value of a header that lost its quotes is such an argument, and so is a URL with a password.
 */
record Complaints(PrintStream err)
    implements IParameterExceptionHandler, IExecutionExceptionHandler {
  /* What can be a command that somebody has mistyped, and no secret. */
  private static final Pattern WORD = Pattern.compile("[a-z][a-z-]{0,15}");

  /* What may be repeated of an unknown option: no value can be part of it. */
  private static final Pattern NAME =
      Pattern.compile("(--[a-z]+(?:-[a-z]+)*)(?:=.*)?|(-[A-Za-z]).*", Pattern.DOTALL);

  @Override
  public int handleParseException(ParameterException error, String[] args) {
    String command = error.getCommandLine().getCommandSpec().qualifiedName();
    err.println(command + ": " + problem(error));
    err.println("Try '" + command + " --help'.");
    return ExitCode.USAGE;
  }

  private static String problem(ParameterException error) {
    String message = String.valueOf(error.getMessage());
    return switch (error) {
      case UnmatchedArgumentException unmatched -> unmatched(unmatched);
      // instead of its parameter there is another option, perhaps with a value
      case MissingParameterException _ -> message.replaceFirst("(?s) but found '.*", "");
      // a flag that was given a value
      default -> message.replaceFirst("(?s): '.*' is not a boolean", ": it takes none");
    };
  }

  private static String unmatched(UnmatchedArgumentException error) {
    if (error.isUnknownOption()) {
      String name = name(error.getUnmatched().getFirst());
      return "unknown option"
          + (name.isEmpty() ? "" : " '" + name + "'")
          + foreign(error.getCommandLine(), name).orElseGet(() -> suggestion(error));
    }
    return error.getCommandLine().getParent() == null
        ? "unknown command"
            + command(error.getUnmatched().getFirst())
            + ": there are http, run, spark, info and demo, as in 'millrace http URL'"
        : "too many arguments: there is at most one FILE or URL, and one with spaces needs quotes";
  }

  private static String command(String argument) {
    return WORD.matcher(argument).matches() ? " '" + argument + "'" : "";
  }

  private static String name(String argument) {
    Matcher form = NAME.matcher(argument);
    return form.matches() ? (form.group(1) == null ? form.group(2) : form.group(1)) : "";
  }

  /* What somebody brings along from another tool that does the same. */
  private static Optional<String> foreign(CommandLine command, String option) {
    Optional<String> instead =
        switch (command.getCommandSpec().name()) {
          case "run" -> ForeignOptions.instead(option);
          case "http" -> CurlOptions.instead(option);
          case "spark" -> OneMachineOptions.reason(option).or(() -> CurlOptions.instead(option));
          default -> Optional.empty();
        };
    return instead.map(what -> ": " + what);
  }

  private static String suggestion(UnmatchedArgumentException unmatched) {
    return unmatched.getSuggestions().stream()
        .findFirst()
        .map(name -> ": did you mean '" + name + "'?")
        .orElse("");
  }

  @Override
  public int handleExecutionException(Exception error, CommandLine command, ParseResult parsed) {
    return defect(command.getCommandSpec().qualifiedName(), error);
  }

  /** Ends a command that has met an error of the JVM. */
  int fatal(Error error) {
    if (error instanceof OutOfMemoryError) {
      if (String.valueOf(error.getMessage()).contains("native thread")) {
        err.println(
            "millrace: no more threads are allowed: fewer --jobs need fewer, and ulimit -u may allow more");
        return ExitCode.SOFTWARE;
      }
      err.println(
          "millrace: "
              + ErrorMessage.of(error)
              + ": JDK_JAVA_OPTIONS=-Xmx2g gives more, for example");
      return ExitCode.SOFTWARE;
    }
    return defect("millrace", error);
  }

  private int defect(String command, Throwable error) {
    StackTraceElement[] stack = error.getStackTrace();
    String place = stack.length == 0 ? "" : " at " + stack[0];
    err.println(command + ": defect: " + error + place);
    return ExitCode.SOFTWARE;
  }
}
