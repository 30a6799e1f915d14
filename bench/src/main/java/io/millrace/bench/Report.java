package io.millrace.bench;

import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Tables;
import io.millrace.bench.report.Target;
import io.millrace.bench.work.Workload;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Everything that came out of one run. */
final class Report {
  /** A table, and the lines that belong to it. */
  private record Section(String table, List<String> lines) {
    String plain() {
      return table + "\n" + String.join("\n", lines) + "\n";
    }

    String markdown() {
      return lines.isEmpty() ? table : table + "\n```\n" + String.join("\n", lines) + "\n```\n";
    }
  }

  private final String how;
  private final String loadBefore = Machine.load();
  private final String cacheLineBefore = Machine.cacheLine();
  private final List<Section> sections = new ArrayList<>();
  private final List<Target> targets = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();

  /**
   * Begins a report.
   *
   * @param how the effort, in a word
   */
  Report(String how) {
    this.how = how;
  }

  /** When, what and where. */
  String heading() {
    return """
        - Date: %s
        - Version: %s
        - Version before: %s
        - Machine: %s
        - Load before: %s
        - Cache line before: %s
        - Effort: %s
        """
        .formatted(
            LocalDate.now(),
            System.getProperty("millrace.bench.version", "unknown"),
            System.getProperty("millrace.bench.before.version", "none"),
            Machine.describe(),
            loadBefore,
            cacheLineBefore,
            how);
  }

  /** What the machine is like at the end. */
  String footing() {
    return """
        - Load after: %s
        - Cache line after: %s
        """
        .formatted(Machine.load(), Machine.cacheLine());
  }

  /** Adds a workload, and returns what to print of it. */
  String add(Workload workload, Figures figures, boolean whole) {
    if (!whole) {
      broken.add(workload.name());
      return "failed " + workload.name() + "\n";
    }
    Befores befores = new Befores(workload, figures);
    List<Target> decided = new ArrayList<>(workload.targets(figures));
    decided.addAll(befores.targets());
    targets.addAll(decided);
    List<String> lines = new ArrayList<>(Tables.ratios(workload.name(), figures));
    lines.addAll(befores.noise());
    decided.forEach(target -> lines.add(target.toString()));
    Section section = new Section(Tables.table(workload.title(), figures), lines);
    sections.add(section);
    return section.plain();
  }

  /** Whether every workload ran to its end with the right results. */
  boolean whole() {
    return broken.isEmpty();
  }

  String summary() {
    List<Target> missed = targets.stream().filter(target -> !target.met()).toList();
    String text =
        "%d targets, %d met%s"
            .formatted(
                targets.size(),
                targets.size() - missed.size(),
                missed.stream()
                    .map(each -> "\nmissed " + each.text())
                    .collect(Collectors.joining()));
    return broken.isEmpty() ? text : text + "\nfailed: " + String.join(", ", broken);
  }

  /** All of it, as the results file has it. */
  String document(String footing) {
    return """
        # Results

        Written by `bench/run compare --write`; [README.md](README.md) says how to read it.

        %s
        ```
        %s
        ```

        %s"""
        .formatted(
            heading() + footing,
            summary(),
            sections.stream().map(Section::markdown).collect(Collectors.joining("\n")));
  }
}
