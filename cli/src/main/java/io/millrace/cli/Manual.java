package io.millrace.cli;

import io.millrace.cli.console.Streams;
import io.millrace.cli.manual.BashCompletion;
import io.millrace.cli.manual.FishCompletion;
import io.millrace.cli.manual.ManualPage;
import io.millrace.cli.manual.ZshCompletion;
import io.millrace.cli.run.CommandWords;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Writes the manual pages and the completions for shells, when the command is packaged. */
final class Manual {
  private Manual() {}

  /** Writes all into the directory that is named by the only argument, which is called {@code share} elsewhere. */
  public static void main(String[] args) throws IOException {
    Path share = Path.of(args[0]);
    CommandLine millrace = line();
    String version = new Version().getVersion()[0];
    List<CommandLine> commands = new ArrayList<>(List.of(millrace));
    commands.addAll(millrace.getSubcommands().values());
    for (CommandLine each : commands) {
      String name = ManualPage.title(each.getCommandSpec()) + ".1";
      write(share.resolve("man/man1").resolve(name), ManualPage.of(each, version));
    }
    // where the shells look, in /usr/share and elsewhere
    write(share.resolve("bash-completion/completions/millrace"), BashCompletion.of(millrace));
    write(share.resolve("zsh/site-functions/_millrace"), ZshCompletion.of(millrace));
    write(share.resolve("fish/vendor_completions.d/millrace.fish"), FishCompletion.of(millrace));
  }

  /** The commands, for whoever only looks at them. */
  static CommandLine line() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Streams none = Streams.of(InputStream.nullInputStream(), nowhere, nowhere, Map.of());
    return Main.line(none, CommandWords.none(), all -> true);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
