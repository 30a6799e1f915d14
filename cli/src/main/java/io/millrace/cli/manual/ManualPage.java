package io.millrace.cli.manual;

import io.millrace.cli.http.OptionGroups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The manual page of a command: what {@code --help} says, in the order and with the headings of {@code man}. */
public final class ManualPage {
  private static final String EXIT_CODE = "Exit code: ";

  private final CommandSpec spec;
  private final Roff page;

  private ManualPage(CommandSpec spec, String version) {
    this.spec = spec;
    page = new Roff(title(spec).toUpperCase(Locale.ROOT), version);
  }

  /** Under which name {@code man} finds the page. */
  public static String title(CommandSpec spec) {
    return spec.qualifiedName("-");
  }

  /**
   * The page of a command.
   *
   * @param version of the program, as it stands at the foot of the page
   */
  public static String of(CommandLine command, String version) {
    ManualPage page = new ManualPage(command.getCommandSpec(), version);
    page.write(command);
    return page.page.toString();
  }

  private void write(CommandLine command) {
    page.section("NAME");
    page.words(title(spec) + " - " + withoutDot(about(spec)));
    page.section("SYNOPSIS");
    page.verbatim(synopsis(command));
    page.section("DESCRIPTION");
    page.paragraph(about(spec));
    if (spec.usageMessage().header().length > 0) {
      texts(lines(spec.usageMessage().description()));
    }
    commands();
    operands();
    options(command);
    texts(lines(spec.usageMessage().footer()));
    seeAlso();
  }

  /** What a command does, in one sentence. */
  static String about(CommandSpec spec) {
    UsageMessageSpec usage = spec.usageMessage();
    return lines(usage.header().length > 0 ? usage.header() : usage.description()).getFirst();
  }

  private static String withoutDot(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private static List<String> synopsis(CommandLine command) {
    String[] own = command.getCommandSpec().usageMessage().customSynopsis();
    List<String> lines =
        own.length > 0 ? lines(own) : command.getHelp().synopsis(0).lines().toList();
    return lines.stream().map(String::strip).toList();
  }

  private void commands() {
    if (!spec.subcommands().isEmpty()) {
      page.section("COMMANDS");
      subcommands()
          .forEach(each -> page.tagged(Roff.bold(spec.name() + " " + each.name()), about(each)));
    }
  }

  private List<CommandSpec> subcommands() {
    return spec.subcommands().values().stream().map(CommandLine::getCommandSpec).toList();
  }

  private void operands() {
    if (!spec.positionalParameters().isEmpty()) {
      page.section("OPERANDS");
      spec.positionalParameters()
          .forEach(each -> page.tagged(Roff.italic(each.paramLabel()), description(each)));
    }
  }

  private void options(CommandLine command) {
    page.section("OPTIONS");
    groups(command)
        .forEach(
            (heading, options) -> {
              if (!heading.isEmpty()) {
                page.subsection(heading);
              }
              options.forEach(each -> page.tagged(names(each), description(each)));
            });
  }

  private static Map<String, List<OptionSpec>> groups(CommandLine command) {
    boolean areGrouped =
        command.getHelpSectionMap().get(UsageMessageSpec.SECTION_KEY_OPTION_LIST)
            instanceof OptionGroups;
    return areGrouped
        ? OptionGroups.of(command.getCommandSpec())
        : new LinkedHashMap<>(Map.of("", command.getCommandSpec().options()));
  }

  private static String names(OptionSpec option) {
    String names =
        Arrays.stream(option.names())
            .sorted(Comparator.comparingInt(String::length))
            .map(Roff::bold)
            .collect(Collectors.joining(", "));
    if (option.arity().max() == 0) {
      return names;
    }
    boolean isLong = option.longestName().startsWith("--");
    return names + (isLong ? "=" : " ") + Roff.italic(option.paramLabel());
  }

  /* Lines that are indented are shown as they are. */
  private void texts(List<String> lines) {
    List<String> verbatim = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("  ")) {
        verbatim.add(line.substring(2));
        continue;
      }
      show(verbatim);
      if (line.startsWith(EXIT_CODE)) {
        page.section("EXIT STATUS");
        page.paragraph(line.substring(EXIT_CODE.length()));
      } else if (line.equals("Examples:")) {
        page.section("EXAMPLES");
      } else if (!line.isBlank()) {
        page.paragraph(line);
      }
    }
    show(verbatim);
  }

  private void show(List<String> verbatim) {
    if (!verbatim.isEmpty()) {
      page.verbatim(verbatim);
      verbatim.clear();
    }
  }

  private void seeAlso() {
    List<String> titles = new ArrayList<>(subcommands().stream().map(ManualPage::title).toList());
    if (spec.parent() != null) {
      titles.add(title(spec.parent()));
    }
    page.section("SEE ALSO");
    page.words(titles.stream().map(title -> title + "(1)").collect(Collectors.joining(", ")));
  }

  /** What {@code --help} says of an option or operand. */
  static String description(ArgSpec argument) {
    return String.join(" ", argument.description());
  }

  /* Unlike those of options, these are still formats. */
  private static List<String> lines(String... formats) {
    return Arrays.stream(formats).map(each -> String.format(Locale.ROOT, each)).toList();
  }
}
