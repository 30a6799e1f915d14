package io.millrace.cli;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says in one or two lines what is wrong. Arguments that belong to no option are not repeated: the
 * value of a header that lost its quotes is such an argument.
 */
record Complaints(PrintStream err)
    implements IParameterExceptionHandler, IExecutionExceptionHandler {

  @Override
  public int handleParseException(ParameterException error, String[] args) {
    String command = error.getCommandLine().getCommandSpec().qualifiedName();
    err.println(command + ": " + problem(error));
    err.println("Try '" + command + " --help'.");
    return ExitCode.USAGE;
  }

  private static String problem(ParameterException error) {
    if (!(error instanceof UnmatchedArgumentException unmatched)) {
      return String.valueOf(error.getMessage());
    }
    String first = unmatched.getUnmatched().getFirst();
    boolean isCommand = unmatched.getCommandLine().getParent() == null;
    if (unmatched.isUnknownOption()) {
      String name = first.replaceFirst("=.*", "");
      return "unknown option '" + name + "'" + suggestion(unmatched);
    }
    return isCommand
        ? "unknown command '" + first + "': there are http and demo"
        : "too many arguments: there is at most one FILE or URL, and one with spaces needs quotes";
  }

  private static String suggestion(UnmatchedArgumentException unmatched) {
    return unmatched.getSuggestions().stream()
        .findFirst()
        .map(name -> ": did you mean '" + name + "'?")
        .orElse("");
  }

  @Override
  public int handleExecutionException(Exception error, CommandLine command, ParseResult parsed) {
    StackTraceElement[] stack = error.getStackTrace();
    String place = stack.length == 0 ? "" : " at " + stack[0];
    err.println(command.getCommandSpec().qualifiedName() + ": defect: " + error + place);
    return ExitCode.SOFTWARE;
  }
}
