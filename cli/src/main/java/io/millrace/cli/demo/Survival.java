package io.millrace.cli.demo;

import io.millrace.checkpoint.jdbc.CheckpointInfo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The command is killed in the middle of a run, and started again: what its second process asks for is what its
 * checkpoint did not have.
 */
record Survival(Scenario scenario, PrintStream out) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Tells it, and gives what can be said of it. */
  List<Claim> show() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("millrace-demo");
    try {
      return show(new Workplace(folder));
    } finally {
      remove(folder);
    }
  }

  private List<Claim> show(Workplace files) throws IOException, InterruptedException {
    introduce();
    Receipt first;
    int port;
    try (QuotaServer server = QuotaServer.start(scenario)) {
      port = server.port();
      List<Integer> items = IntStream.range(0, scenario.items()).boxed().toList();
      Files.write(files.urls(), items.stream().map(server::uri).map(Object::toString).toList());
      Process killed = start(files);
      boolean isMidway = server.awaitAnswers(scenario.items() / 2, PATIENCE);
      killed.destroyForcibly().waitFor();
      if (!isMidway) {
        return List.of(new Claim(false, "the command comes halfway in " + PATIENCE));
      }
      // nothing of the first process is on its way any more when the server is closed
      first = closed(server);
    }
    long kept = CheckpointInfo.read(files.checkpoint()).succeeded();
    boolean isTorn = Files.exists(files.answers());
    out.printf(
        "SIGKILL: %d items answered, %d of them in the checkpoint. The same command again ...%n%n",
        first.answersByItem().size(), kept);
    out.flush();
    try (QuotaServer server = QuotaServer.start(scenario, port)) {
      Process again = start(files);
      boolean isDone = again.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      again.destroyForcibly();
      return claims(
          new Ending(
              isDone && again.exitValue() == 0 && !isTorn,
              kept,
              first,
              server.receipt(),
              files.lines()));
    }
  }

  private static Receipt closed(QuotaServer server) {
    server.close();
    return server.receipt();
  }

  private void introduce() {
    out.printf(
        """

        Now %d items by the command, in a process that is killed halfway:
        millrace http --jobs %d --rate %d/s --timeout %ds --retries %d --checkpoint run.checkpoint \\
            --output answers.jsonl urls.txt

        """,
        scenario.items(),
        scenario.jobs(),
        scenario.rate(),
        scenario.timeout().toSeconds(),
        Scenario.MILLRACE_ATTEMPTS - 1);
    out.flush();
  }

  /** The files of the run. */
  private record Workplace(Path folder) {
    Path urls() {
      return folder.resolve("urls.txt");
    }

    Path answers() {
      return folder.resolve("answers.jsonl");
    }

    Path checkpoint() {
      return folder.resolve("run.checkpoint");
    }

    List<String> lines() throws IOException {
      return Files.exists(answers()) ? Files.readAllLines(answers()) : List.of();
    }
  }

  /**
   * What was found.
   *
   * @param isWhole whether the second run ended well, and the first one left no torn output
   * @param kept answers that the checkpoint had at the kill
   */
  private record Ending(
      boolean isWhole, long kept, Receipt first, Receipt second, List<String> lines) {
    long repeated() {
      return second.answersByItem().keySet().stream()
          .filter(first.answersByItem()::containsKey)
          .count();
    }
  }

  private List<Claim> claims(Ending end) {
    Map<Integer, Long> second = end.second().answersByItem();
    boolean isOnce = second.values().stream().allMatch(times -> times == 1);
    long missing = scenario.items() - end.kept();
    int window = 2 * scenario.jobs();
    int different = new HashSet<>(end.lines()).size();
    return List.of(
        new Claim(
            isOnce && second.size() == missing && end.kept() > 0,
            "nothing in the checkpoint was paid twice: it had "
                + end.kept()
                + ", then the server answered "
                + second.size()
                + " of "
                + scenario.items()),
        new Claim(
            end.repeated() <= window,
            "what was under way was done again, at most the window of "
                + window
                + ": "
                + end.repeated()),
        new Claim(
            end.isWhole()
                && end.lines().size() == scenario.items()
                && different == scenario.items(),
            "the output is whole, with one line for each item: "
                + different
                + " of "
                + scenario.items()));
  }

  private Process start(Workplace files) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xms16m",
                "--enable-native-access=ALL-UNNAMED"));
    String cache = System.getProperty("millrace.aot", "");
    if (!cache.isEmpty() && Files.exists(Path.of(cache))) {
      command.add("-XX:AOTCache=" + cache);
    }
    String libraries = System.getProperty("org.sqlite.lib.path", "");
    if (!libraries.isEmpty()) {
      command.add("-Dorg.sqlite.lib.path=" + libraries);
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "io.millrace.cli.Main",
            "http",
            "--quiet"));
    command.addAll(List.of("--jobs", "" + scenario.jobs(), "--rate", scenario.rate() + "/s"));
    command.addAll(List.of("--timeout", scenario.timeout().toSeconds() + "s"));
    command.addAll(List.of("--retries", "" + (Scenario.MILLRACE_ATTEMPTS - 1)));
    command.addAll(List.of("--checkpoint", files.checkpoint().toString()));
    command.addAll(List.of("--output", files.answers().toString(), files.urls().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    // the server is on this machine, and a proxy need not know it
    builder
        .environment()
        .keySet()
        .removeIf(
            name -> name.equalsIgnoreCase("http_proxy") || name.equalsIgnoreCase("all_proxy"));
    return builder.start();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
