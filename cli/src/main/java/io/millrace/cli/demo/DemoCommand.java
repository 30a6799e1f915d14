package io.millrace.cli.demo;

import io.millrace.cli.console.Streams;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace demo}. */
@Command(
    name = "demo",
    header = "Shows what Millrace is for, in 20 seconds and without a network.",
    description = {
      "",
      "Starts a server on the loopback interface that pushes back, and fetches from it first the "
          + "naive way, then with Millrace. Then a run of the command is killed, and goes on. Prints what "
          + "the server counted, and checks what Millrace promises against it.",
      ""
    },
    usageHelpWidth = 80,
    footer = {"", "Exit code: 0 every promise held; 1 one did not."})
public final class DemoCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  @SuppressWarnings("unused") // picocli does
  private boolean help;

  /** Makes the command. */
  public DemoCommand(Streams streams) {
    this.streams = Objects.requireNonNull(streams, "streams");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintStream out = new PrintStream(streams.out(), true, StandardCharsets.UTF_8);
    return new Demo(Scenario.usual(), out).show() ? 0 : 1;
  }
}
