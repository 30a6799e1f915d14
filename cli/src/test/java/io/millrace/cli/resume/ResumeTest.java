package io.millrace.cli.resume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.jdbc.CheckpointInfo;
import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code millrace http --checkpoint}: what a second run does, and what it refuses. */
class ResumeTest {
  private final Loopback server = Loopback.start();

  @TempDir Path folder;

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Path checkpoint() {
    return folder.resolve("run.checkpoint");
  }

  private Cli http(String in, String... options) {
    List<String> args = new ArrayList<>(List.of("http", "--checkpoint", checkpoint().toString()));
    args.addAll(List.of(options));
    return Cli.run(in, args.toArray(String[]::new));
  }

  private static List<String> sorted(Cli cli) {
    return cli.out().lines().sorted().toList();
  }

  @DisplayName("H17: a second run calls nothing again, and writes the same lines, byte for byte")
  @Test
  void theSecondRunWritesTheSameLines() {
    byte[] binary = {0, (byte) 0xff, 7, (byte) 0x80};
    server
        .on("/text", 200, "gr\u00fc\u00df \u001b[31m dich")
        .on(
            "/binary",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Content-Type", "image/png");
              exchange.sendResponseHeaders(200, binary.length);
              exchange.getResponseBody().write(binary);
            })
        .on(
            "/latin",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=iso-8859-1");
              exchange.getResponseHeaders().add("X-Many", "one");
              exchange.getResponseHeaders().add("X-Many", "two");
              exchange.sendResponseHeaders(200, 1);
              exchange.getResponseBody().write(0xe9);
            })
        .on(
            "/coded",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Content-Encoding", "br");
              exchange.sendResponseHeaders(200, binary.length);
              exchange.getResponseBody().write(binary);
            })
        .on(
            "/from",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Location", "/over?x=%20y");
              exchange.sendResponseHeaders(302, -1);
            })
        .on(
            "/over",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Location", "/text");
              exchange.sendResponseHeaders(307, -1);
            })
        .on("/empty", 204, "")
        .on(
            "/later",
            (exchange, number) -> Loopback.send(exchange, number == 1 ? 503 : 200, "at last"));
    String lines =
        Stream.of("/text", "/binary", "/latin", "/coded", "/from", "/empty", "/later")
                .map(server::url)
                .reduce("", (all, url) -> all + url + "\n")
            + "# no line\n{\"id\": \"a\", \"url\": \""
            + server.url("/text")
            + "\", \"body\": {\"x\": 1}, \"note\": [1, 2]}\n";
    Cli first = http(lines, "--include", "X-Many,Content-Type");
    assertEquals(0, first.code(), first.out() + first.err());
    int requests = server.requests().size();
    Cli second = http(lines, "--include", "X-Many,Content-Type");
    assertEquals(0, second.code(), second.err());
    assertEquals(sorted(first), sorted(second));
    assertEquals(8, second.lines().size());
    assertEquals(requests, server.requests().size(), "requests");
    assertTrue(second.err().contains("8 done (8 restored)"), second.err());
    assertEquals(2, first.line(5).get("redirects").intValue());
    assertEquals(2, first.line(7).get("attempts").intValue());
    assertEquals(
        Base64.getEncoder().encodeToString(binary), second.line(2).get("body").stringValue());
    List<String> inOrder =
        http(lines, "--include", "X-Many,Content-Type", "--ordered").out().lines().toList();
    assertEquals(
        List.of("1", "2", "3", "4", "5", "6", "7", "a"),
        inOrder.stream().map(line -> line.replaceFirst("\\{\"id\":\"?(\\w+).*", "$1")).toList());
  }

  @DisplayName("H17: what failed runs again, what is new runs, and what has changed does, too")
  @Test
  void onlyTheRestRuns() {
    server
        .on("/ok", 200, "fine")
        .on(
            "/first",
            (exchange, number) -> Loopback.send(exchange, number == 1 ? 404 : 200, "" + number));
    String line = "{\"id\": %d, \"url\": \"%s\", \"body\": \"%s\"}\n";
    String one = line.formatted(1, server.url("/ok"), "a");
    String two = line.formatted(2, server.url("/first"), "b");
    Cli first = http(one + two);
    assertEquals(1, first.code());
    assertTrue(first.err().contains("to run again what has failed"), first.err());
    Cli second = http(line.formatted(0, server.url("/ok"), "new") + one + two);
    assertEquals(0, second.code(), second.err());
    assertEquals(3, second.lines().size());
    assertEquals("2", second.line(2).get("body").stringValue());
    assertEquals(2, server.count("/ok"));
    assertEquals(2, server.count("/first"));
    Cli third = http(line.formatted(1, server.url("/ok"), "changed") + two);
    assertEquals(0, third.code());
    assertEquals(3, server.count("/ok"));
    assertEquals(2, server.count("/first"));
  }

  @DisplayName("H17: a redirect that was followed is not asked for again when its line goes on")
  @Test
  void aRedirectIsNotRepeated() {
    server
        .on(
            "/pay",
            (exchange, number) -> {
              exchange.getResponseHeaders().set("Location", "/result");
              exchange.sendResponseHeaders(303, -1);
            })
        .on(
            "/result",
            (exchange, number) -> Loopback.send(exchange, number == 1 ? 404 : 200, "paid"));
    String line = "{\"url\": \"" + server.url("/pay") + "\", \"body\": {\"sum\": 5}}";
    assertEquals(1, http(line).code());
    Cli again = http(line);
    assertEquals(0, again.code(), again.out());
    assertEquals("paid", again.line().get("body").stringValue());
    assertEquals(1, again.line().get("redirects").intValue());
    assertEquals(1, server.count("/pay"));
    assertEquals(2, server.count("/result"));
  }

  @DisplayName("H17: bodies of several megabytes are restored as they were")
  @Test
  void largeBodiesAreRestored() {
    String large = "0123456789abcde\u00e9".repeat(300_000);
    server.on("/large", 200, large);
    String lines = server.url("/large1") + "\n" + server.url("/large2");
    Cli first = http(lines);
    Cli second = http(lines);
    assertEquals(0, second.code(), second.err());
    assertEquals(large, second.line(2).get("body").stringValue());
    assertEquals(sorted(first), sorted(second));
    assertEquals(2, server.requests().size());
  }

  @DisplayName(
      "H18: a checkpoint of other options or another version is refused before any call: exit code 4")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--include ETag",
        "--no-body",
        "--max-redirects 0",
        "--key url",
        "--checkpoint-version 2",
        "--header Accept:text/csv"
      })
  void otherOptionsAreRefused(String option) throws IOException {
    server.on("/ok", 200, "fine");
    assertEquals(0, http(server.url("/ok")).code());
    byte[] before = Files.readAllBytes(checkpoint());
    Cli refused = http(server.url("/ok2"), option.split(" "));
    assertEquals(4, refused.code());
    assertEquals("", refused.out());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(
        refused.err().contains("is that of 'http', version '1', and this run is 'http"),
        refused.err());
    assertEquals(1, server.requests().size());
    assertEquals(before.length, Files.size(checkpoint()));
    assertEquals(0, http(server.url("/ok")).code(), "the old one still works");
  }

  @DisplayName("H18: a new token, and other options, change nothing")
  @Test
  void aNewTokenIsNoOtherRun() {
    server.on("/ok", 200, "fine");
    assertEquals(0, http(server.url("/ok"), "--header", "Authorization: old").code());
    Cli second =
        http(server.url("/ok"), "--header", "Authorization: new", "--jobs", "3", "--timeout", "9s");
    assertEquals(0, second.code(), second.err());
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H18: two lines with one key end the run, which names both lines and the ways out")
  @Test
  void sameKeysAreNamed() {
    server.on("/", 200, "fine");
    server.on(
        "/from",
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Location", "/to");
          exchange.sendResponseHeaders(302, -1);
        });
    String lines =
        String.join(
            "\n",
            "# a",
            server.url("/from"),
            server.url("/a"),
            "",
            server.url("/b"),
            server.url("/a"));
    for (int run = 1; run <= 2; run++) {
      Cli cli = http(lines, "--jobs", "1");
      assertEquals(1, cli.code());
      assertTrue(
          cli.err()
              .contains(
                  "lines 3 and 6 have the same key, \"GET "
                      + server.url("/a")
                      + "\": leave one of them out ('sort -u' does so for URLs), give them different ids"),
          cli.err());
    }
    assertEquals(1, server.count("/a"));
    String same = "{\"id\": \"p0\", \"url\": \"" + server.url("/b") + "\"}\n";
    Cli ids = http(same + same);
    assertTrue(ids.err().contains("lines 1 and 2 have the same key, \"p0\": leave"), ids.err());
  }

  @DisplayName("H20: no summary and no log has the user and password of an id that is a URL")
  @Test
  void idsHaveNoUsers() throws IOException {
    server.on("/gone", 404, "");
    String line =
        "{\"url\": \"http://127.0.0.1:%d/gone\", \"id\": \"http://joe:PASSWORD@h/x\"}"
            .formatted(server.port());
    Path log = folder.resolve("log");
    Cli cli = http(line, "--retries", "0", "--log", log.toString());
    assertEquals(1, cli.code());
    assertTrue(cli.err().contains("http://h/x"), cli.err());
    assertFalse(cli.err().contains("PASS"), cli.err());
    assertFalse(Files.readString(log).contains("PASS"), "logged");
  }

  @DisplayName(
      "H20: no key that is a URL has its user and password, wherever a key is kept or shown")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"url\": \"http://joe:PASSWORD@%s/gone\"}",
        "{\"url\": \"HTTP:\\/\\/joe:\\u0050ASSWORD@%s/gone\"}",
        "{\"url\": \"http://%s/gone\", \"page\": {\"of\": \" https://joe:PASS@WORD@h/x\"}}",
        "{\"url\": \"http://%s/gone\", \"page\": {\"of\": \"ftp://joe:PASSWORD@h/x\"}}",
        "{\"url\": \"http://%s/gone\", \"id\": \"http://joe:PASSWORD@h/x\"}"
      })
  void keysHaveNoUsers(String form) throws IOException {
    server.on("/gone", 404, "");
    String line = form.formatted("127.0.0.1:" + server.port());
    String[] key =
        line.contains("id\"")
            ? new String[0]
            : new String[] {"--key", line.contains("page") ? "page.of" : "url"};
    Path pages = folder.resolve("pages");
    List<String> args = new ArrayList<>(List.of(key));
    args.addAll(List.of("--expect", "404", "--save-dir", pages.toString(), "--retries", "0"));
    Cli cli = http(line, args.toArray(String[]::new));
    assertEquals(0, cli.code(), cli.err());
    String file = cli.line().get("file").stringValue();
    assertTrue(Files.exists(Path.of(file)), file);
    assertFalse(file.contains("PASS"), file);
    assertFalse(
        Files.readString(checkpoint(), StandardCharsets.ISO_8859_1).contains("PASS"), "kept");
    Files.delete(checkpoint());
    Cli failing =
        http(
            line,
            Stream.concat(Stream.of(key), Stream.of("--retries", "0")).toArray(String[]::new));
    assertEquals(1, failing.code());
    Cli info = Cli.run("", "info", "--failures", checkpoint().toString());
    assertTrue(info.out().contains("status 404"), info.out() + info.err());
    assertFalse(info.out().contains("PASS"), info.out());
    Files.delete(checkpoint());
    Cli twice = http(line + "\n" + line, key);
    assertTrue(twice.err().contains("lines 1 and 2 have the same key"), twice.err());
    assertFalse(twice.err().contains("PASS"), twice.err());
  }

  @DisplayName(
      "H20: two lines that differ in their users only are refused, and the way out is named")
  @Test
  void usersAreNoKey() {
    server.on("/a", 200, "fine");
    String at = "@127.0.0.1:" + server.port() + "/a\"}";
    String lines = "{\"url\": \"http://joe:x" + at + "\n{\"url\": \"http://ann:y" + at;
    Cli cli = http(lines, "--key", "url");
    assertEquals(1, cli.code());
    assertTrue(
        cli.err().contains("lines 1 and 2 have the same key, \"" + server.url("/a") + "\":"),
        cli.err());
    assertTrue(cli.err().contains("name another field with --key"), cli.err());
  }

  @DisplayName(
      "H19: --failed, --log and --report of a run that was cut short are its own: the same command goes on")
  @Test
  void filesOfItsOwn() throws IOException {
    server.on("/ok", 200, "fine").on("/gone", 404, "");
    String lines =
        Stream.of("/ok1", "/gone1", "/ok2", "/gone2", "/ok3")
            .map(server::url)
            .reduce("", (all, url) -> all + url + "\n");
    Path failed = folder.resolve("failed");
    Path log = folder.resolve("log");
    Path report = folder.resolve("report.html");
    List<String> files =
        List.of("--failed", failed + "", "--log", log + "", "--report", report + "");
    List<String> part = new ArrayList<>(files);
    part.addAll(List.of("--jobs", "1", "--max-calls", "2"));
    Cli first = http(lines, part.toArray(String[]::new));
    assertEquals(3, first.code(), first.err());
    String written =
        "  written so far: 'failed.unfinished', 'log.unfinished', 'report.html.unfinished'";
    assertTrue(first.err().contains(written), first.err());
    assertFalse(first.err().contains("only these again"), first.err());
    Path unfinished = folder.resolve("log.unfinished");
    String before = Files.readString(unfinished);
    assertTrue(before.contains("\"start\""), before);
    Files.writeString(unfinished, before + "{\"torn by a k");
    assertEquals(3, http(lines, part.toArray(String[]::new)).code());
    assertFalse(Files.exists(failed) || Files.exists(log) || Files.exists(report));
    Cli last = http(lines, files.toArray(String[]::new));
    assertEquals(1, last.code(), last.err());
    assertEquals(
        List.of(server.url("/gone1"), server.url("/gone2")),
        Files.readAllLines(failed).stream().sorted().toList());
    assertTrue(Files.readString(log).startsWith(before), "the log of before");
    assertFalse(Files.readString(log).contains("torn by"), "a part of a line");
    assertEquals(2 + 2 + 3, Files.readString(log).split("\"end\"", -1).length - 1, "calls");
    assertTrue(Files.readString(report).contains("</html>"));
    for (Path file : List.of(failed, log, report)) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      assertFalse(Files.exists(folder.resolve(file.getFileName() + ".unfinished")));
    }
    Cli taken = http(lines, files.toArray(String[]::new));
    assertEquals(2, taken.code());
    assertTrue(taken.err().contains("is there already"), taken.err());
    assertTrue(last.err().contains("to run again what has failed"), last.err());
    assertTrue(last.err().contains(" --force "), last.err());
  }

  @DisplayName("H19: two options cannot name one file")
  @Test
  void oneFileForTwo() {
    String file = folder.resolve("both").toString();
    Cli cli = http(server.url("/ok"), "--failed", file, "--log", file);
    assertEquals(2, cli.code(), cli.err());
    assertTrue(cli.err().contains("is also --log"), cli.err());
  }

  @DisplayName("H18: --key names the field by which lines are known, also one inside of others")
  @Test
  void theKeyIsAField() {
    server.on("/", 200, "fine");
    String line = "{\"id\": %d, \"url\": \"%s\", \"order\": {\"no\": \"%s\"}}\n";
    String url = server.url("/same");
    String lines = line.formatted(1, url, "x") + line.formatted(1, url, "y");
    assertEquals(0, http(lines, "--key", "order.no").code());
    assertEquals(0, http("\n\n" + lines, "--key", "order.no").code());
    assertEquals(2, server.requests().size());
    Cli missing = http(line.formatted(3, url, "z").replace("no", "id") + url, "--key", "order.no");
    assertEquals(1, missing.code());
    assertEquals(
        2,
        missing.lines().stream()
            .filter(
                each ->
                    each.get("error")
                        .stringValue()
                        .contains("it has no field 'order.no', which --key asks for"))
            .count(),
        missing.out());
    assertEquals(2, server.requests().size());
  }

  @DisplayName("H18: options that cannot mean anything are refused")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--key id",
        "--checkpoint-version 3",
        "--checkpoint c --max-body 16000001",
        "--checkpoint c --key ' '",
        "--checkpoint c --checkpoint-version ' '",
        "--checkpoint http://host/x",
        "--checkpoint jdbc:postgresql://me:hush@host/db",
        "--checkpoint jdbc:postgresql://host/db?user=me&password=hush",
        "--checkpoint jdbc:postgresql://host/db?sslPassword=hush",
        "--checkpoint jdbc:postgresql://host/db?user=me&clientSecret=hush",
        "--checkpoint jdbc:postgresql://host/db?oauthToken=hush&user=me"
      })
  void senselessOptionsAreRefused(String options) {
    List<String> args = new ArrayList<>(List.of("http"));
    for (String each : options.split(" (?=-)|(?<=(key|version|checkpoint|body)) ")) {
      args.add(each.equals("' '") ? " " : each);
    }
    Cli cli = Cli.run("", args.toArray(String[]::new));
    assertEquals(2, cli.code(), cli.err());
    assertFalse(cli.err().contains("hush"), cli.err());
    assertTrue(cli.err().lines().count() == 2, cli.err());
  }

  @DisplayName("H18: what is no checkpoint is refused with code 4, and left as it is")
  @Test
  void whatIsNoCheckpointIsLeftAlone() throws IOException {
    server.on("/ok", 200, "fine");
    Files.writeString(checkpoint(), "my thesis");
    Cli cli = http(server.url("/ok"));
    assertEquals(4, cli.code());
    assertEquals("my thesis", Files.readString(checkpoint()));
    assertEquals(0, server.requests().size());
    assertEquals(4, Cli.run("", "info", checkpoint().toString()).code());
  }

  @DisplayName(
      "H20: no header, token or password is in the checkpoint or in what is said, nor a digest of one")
  @Test
  void noSecretIsKept() throws IOException {
    server.on("/ok", 200, "fine");
    String line =
        "{\"url\": \"http://me:geheim@127.0.0.1:%d/ok\", \"headers\": {\"X-Key\": \"%s\", \"Cookie\": \"hush\"}}";
    String[] options = {
      "--header", "X-Token: psst", "--bearer-env", "TOKEN", "--max-calls", "1", "--jobs", "1"
    };
    List<String> args = new ArrayList<>(List.of("http", "--checkpoint", checkpoint().toString()));
    args.addAll(List.of(options));
    Cli first =
        Cli.run(
            Map.of("TOKEN", "bearing"),
            line.formatted(server.port(), "still") + "\n" + server.url("/ok2"),
            args.toArray(String[]::new));
    assertEquals(3, first.code(), first.err());
    String kept = Files.readString(checkpoint(), StandardCharsets.ISO_8859_1);
    for (String secret : List.of("geheim", "still", "hush", "psst", "bearing", "me:")) {
      assertFalse(kept.contains(secret), secret);
      assertFalse(first.err().contains(secret), first.err());
    }
    assertTrue(first.err().contains("--header 'X-Token: ...'"), first.err());
    assertTrue(first.err().contains("what may be secret is left out"), first.err());
    // a new secret is not another line: nothing of it was kept
    Cli second = http(line.formatted(server.port(), "other").replace("geheim", "neu"));
    assertEquals(0, second.code(), second.err());
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H21: a run that a limit has ended exits with 3, and says what goes on with it")
  @ParameterizedTest
  @ValueSource(
      strings = {"--max-calls 3", "--max-failures 2", "--fail-rate 50%/2", "--run-timeout 300ms"})
  void limitsHaveTheirExitCode(String limit) {
    server.on("/bad", 404, "").on("/hang", (exchange, number) -> server.hang());
    String lines =
        IntStream.range(0, 20)
            .mapToObj(n -> server.url((limit.startsWith("--run") ? "/hang" : "/bad") + n) + "\n")
            .reduce("", String::concat);
    String[] option = limit.split(" ");
    Cli with = http(lines, option[0], option[1], "--jobs", "2");
    assertEquals(3, with.code(), with.err());
    assertTrue(
        with.err().contains("  to go on, give the same input to:\n    millrace http --checkpoint "),
        with.err());
    Cli without = Cli.run(lines, "http", option[0], option[1], "--jobs", "2");
    assertEquals(3, without.code());
    assertTrue(without.err().contains("the option --checkpoint FILE does that"), without.err());
    Cli quiet = Cli.run(lines, "http", "--quiet", option[0], option[1], "--jobs", "2");
    assertEquals("", quiet.err());
  }

  @DisplayName("H19: --output comes into being when it is whole, and not before")
  @Test
  void theOutputIsWhole() throws IOException {
    server.on("/ok", 200, "fine");
    Path output = folder.resolve("answers.jsonl");
    Path unfinished = folder.resolve("answers.jsonl.unfinished");
    String lines =
        IntStream.range(0, 10)
            .mapToObj(n -> server.url("/ok" + n) + "\n")
            .reduce("", String::concat);
    Files.writeString(unfinished, "torn by a kill");
    assertEquals(
        3, http(lines, "--output", output.toString(), "--max-calls", "4", "--jobs", "1").code());
    assertFalse(Files.exists(output));
    assertEquals(4, Files.readAllLines(unfinished).size());
    assertEquals(0, http(lines, "--output", output.toString()).code());
    assertEquals(10, Files.readAllLines(output).size());
    assertFalse(Files.exists(unfinished));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(output)));
    assertEquals(10, server.requests().size());
    Cli there = http(lines, "--output", output.toString());
    assertEquals(2, there.code());
    assertTrue(
        there.err().contains("is there already: give another name, or --force"), there.err());
    assertEquals(0, http(lines, "--output", output.toString(), "--force").code());
    assertEquals(10, Files.readAllLines(output).size());
  }

  @DisplayName(
      "H19: a link that is replaced stays a link, and an interrupted run leaves what was there")
  @Test
  void whatWasThereStays() throws IOException {
    server.on("/ok", 200, "fine");
    Path real = Files.writeString(folder.resolve("real"), "before");
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    String lines = server.url("/ok1") + "\n" + server.url("/ok2");
    assertEquals(
        3,
        http(lines, "--output", link.toString(), "--force", "--max-calls", "1", "--jobs", "1")
            .code());
    assertEquals("before", Files.readString(real));
    assertEquals(0, http(lines, "--output", link.toString(), "--force").code());
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(2, Files.readAllLines(real).size());
    assertEquals(0, http(lines, "--output", "/dev/null", "--force").code());
  }

  @DisplayName(
      "H19: nothing is written through a link that somebody has put where the output is begun")
  @Test
  void aLinkIsNotFollowed() throws IOException {
    server.on("/ok", 200, "fine");
    Path victim = Files.writeString(folder.resolve("victim"), "mine");
    Files.createSymbolicLink(folder.resolve("out.unfinished"), victim);
    Cli cli = http(server.url("/ok"), "--output", folder.resolve("out").toString());
    assertEquals(2, cli.code(), cli.err());
    assertEquals("mine", Files.readString(victim));
    assertEquals(0, server.requests().size());
  }

  @DisplayName("H22: info tells what a checkpoint has, and which items have failed")
  @Test
  void infoTells() {
    server.on("/ok", 200, "fine").on("/bad", 404, "");
    http(
        server.url("/ok") + "\n{\"id\": 7, \"url\": \"" + server.url("/bad") + "\"}\n",
        "--checkpoint-version",
        "m-4");
    Cli text = Cli.run("", "info", checkpoint().toString());
    assertEquals(0, text.code(), text.err());
    assertTrue(
        text.out()
            .contains(
                "of              http, version m-4\nsucceeded       1\nfailed          1 (the next run tries again)\n"),
        text.out());
    assertTrue(text.out().contains("in use          no\n"), text.out());
    var json = Cli.run("", "info", "--json", checkpoint().toString()).line();
    assertEquals("m-4", json.get("version").stringValue());
    assertEquals(1, json.get("failed").intValue());
    assertTrue(json.get("holder").isNull());
    assertEquals(
        "7: status 404 (1 attempt)\n",
        Cli.run("", "info", "--failures", checkpoint().toString()).out());
    var failure = Cli.run("", "info", "--failures", "--json", checkpoint().toString()).line();
    assertEquals("7", failure.get("key").stringValue());
    assertEquals("status 404", failure.get("message").stringValue());
    assertEquals(1, CheckpointInfo.read(checkpoint()).succeeded());
  }

  @DisplayName("H22: what is no checkpoint gets one line and code 4")
  @ParameterizedTest
  @ValueSource(strings = {"missing", "text", "empty", "folder"})
  void infoRefuses(String kind) throws IOException {
    Path file = folder.resolve(kind);
    switch (kind) {
      case "text" ->
          Files.writeString(
              file, "no database, but quite a long text of more than 100 bytes".repeat(9));
      case "empty" -> Files.createFile(file);
      case "folder" -> Files.createDirectory(file);
      default -> {}
    }
    for (String option : List.of("--json", "--failures")) {
      Cli cli = Cli.run("", "info", option, file.toString());
      assertEquals(4, cli.code());
      assertEquals("", cli.out());
      assertEquals(1, cli.err().lines().count(), cli.err());
      assertFalse(cli.err().contains("Exception"), cli.err());
    }
  }
}
