package io.millrace.cli.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Groups the options in the help by topic. */
public final class OptionGroups implements IHelpSectionRenderer {
  private static final String OTHERS = "Other";
  private static final Map<String, List<String>> GROUPS = groups();

  private static Map<String, List<String>> groups() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    groups.put("Cluster", List.of("--master", "--workers", "--limiter", "--part-lines", "--conf"));
    groups.put(
        "Requests",
        List.of(
            "--method",
            "--header",
            "--header-file",
            "--bearer-env",
            "--data-template",
            "--data-template-file",
            "--body-dir",
            "--max-line"));
    groups.put(
        "Answers",
        List.of(
            "--expect",
            "--select",
            "--save-dir",
            "--include",
            "--no-body",
            "--max-body",
            "--max-memory",
            "--compressed",
            "--max-redirects"));
    groups.put(
        "Output",
        List.of(
            "--output",
            "--parquet",
            "--ordered",
            "--failed",
            "--log",
            "--report",
            "--ui",
            "--force",
            "--quiet",
            "--dry-run"));
    groups.put(
        "Pace",
        List.of("--jobs", "--per-host", "--window", "--rate", "--rate-per-host", "--burst"));
    groups.put("Cost", List.of("--tokens", "--cost", "--usage", "--max-cost"));
    groups.put(
        "Retries",
        List.of(
            "--retries", "--retry-on", "--retry-budget", "--retry-unsafe", "--idempotency-key"));
    groups.put(
        "Times and ends",
        List.of(
            "--timeout",
            "--item-timeout",
            "--run-timeout",
            "--grace",
            "--max-calls",
            "--max-failures",
            "--fail-rate",
            "--stop-on"));
    groups.put("Going on after a crash", List.of("--checkpoint", "--key", "--checkpoint-version"));
    groups.put("Connections", List.of("--proxy", "--cacert", "--insecure", "--http1.1"));
    return groups;
  }

  @Override
  public String render(Help help) {
    StringBuilder text = new StringBuilder();
    of(help.commandSpec())
        .forEach((heading, options) -> text.append(section(help, heading, options)));
    return text.toString();
  }

  /** The options of the command by their headings. One that nobody has put into a group is there all the same. */
  public static Map<String, List<OptionSpec>> of(CommandSpec spec) {
    Map<String, List<OptionSpec>> all = new LinkedHashMap<>();
    GROUPS.forEach(
        (heading, names) -> {
          List<OptionSpec> there =
              names.stream().map(spec::findOption).filter(Objects::nonNull).toList();
          if (!there.isEmpty()) {
            all.put(heading, there);
          }
        });
    List<String> known = GROUPS.values().stream().flatMap(List::stream).toList();
    all.put(
        OTHERS,
        spec.options().stream().filter(option -> !known.contains(option.longestName())).toList());
    return all;
  }

  private static String section(Help help, String heading, List<OptionSpec> options) {
    Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
    layout.addAllOptions(options, help.createDefaultParamLabelRenderer());
    return String.format("%n%s:%n%s", heading, layout);
  }
}
