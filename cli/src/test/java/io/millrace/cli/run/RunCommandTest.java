package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RunCommandTest {
  @TempDir Path folder;

  private static Cli run(String in, String... args) {
    return Cli.run(
        in, Stream.concat(Stream.of("run", "--quiet"), Stream.of(args)).toArray(String[]::new));
  }

  private static Cli ordered(String in, String... args) {
    return run(in, Stream.concat(Stream.of("--ordered"), Stream.of(args)).toArray(String[]::new));
  }

  private static void assertPrints(String expected, Cli cli) {
    assertEquals(expected, cli.out());
    assertEquals("", cli.err());
    assertEquals(0, cli.code());
  }

  private static String numbers(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(n -> n + "\n").collect(Collectors.joining());
  }

  @DisplayName("C1: {} is the line, {#} its number, in every argument and also inside of one")
  @Test
  void placesAreFilled() {
    assertPrints("1:a-a b\n2:c d-c d b\n", ordered("a\nc d\n", "--", "echo", "{#}:{}-{}", "b"));
  }

  @DisplayName("C1: {.}, {/}, {//} and {/.} are parts of a path, as for GNU parallel")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dir/a.tar.gz | dir/a.tar | a.tar.gz | dir | a.tar",
        "/a.txt       | /a        | a.txt    | /   | a",
        "a.txt        | a         | a.txt    | .   | a",
        "x.d/a        | x.d/a     | a        | x.d | a",
        "x.d/         | x.d/      | ''       | .   | ''",
        "a/b.c/       | a/b.c/    | ''       | a   | ''",
        "a//b         | a//b      | b        | a   | b",
        ".rc          | ''        | .rc      | .   | ''",
        "a.           | a         | a.       | .   | a",
        "/            | /         | ''       | /   | ''",
        "..           | .         | ..       | .   | .",
        "''           | ''        | ''       | .   | ''",
        "a b/\u00e4 \u00f6.x | a b/\u00e4 \u00f6 | \u00e4 \u00f6.x | a b | \u00e4 \u00f6",
      })
  void partsOfPaths(String path, String bare, String name, String folder, String stem) {
    String expected = "<" + bare + "><" + name + "><" + folder + "><" + stem + ">\n";
    String[] printf = {"printf", "<%s><%s><%s><%s>\\n"};
    assertPrints(
        expected, run(path + "\n", "--", printf[0], printf[1], "{.}", "{/}", "{//}", "{/.}"));
    assertPrints(
        expected,
        run(path + "\n", "--shell", "--", "printf '<%s><%s><%s><%s>\\n' {.} \"{/}\" {//} {/.}"));
  }

  @DisplayName(
      "C1: a part of a path can be a part of a word, and of a variable; $ before it is text")
  @Test
  void partsOfPathsInWords() {
    assertPrints("a.md:${/}\n", run("a.txt\n", "--", "echo", "{.}.md:${/}"));
    assertPrints("d-a {x}\n", run("d/a.c\n", "--no-fields", "--", "echo", "{//}-{/.}", "{x}"));
    assertPrints("a\n", run("d/a.c\n", "--env", "N={/.}", "--", "sh", "-c", "echo $N"));
    assertPrints("cp a.b a.md\n", run("a.b\n", "--dry-run", "--", "cp", "{}", "{.}.md"));
  }

  @DisplayName("C1: without a place the line is the last argument")
  @Test
  void aCommandWithoutAPlaceGetsTheLineAtItsEnd() {
    assertPrints("x a  b\n", run("a  b\n", "--", "echo", "x"));
  }

  @DisplayName("C1: items can stand behind :::")
  @Test
  void itemsAsArguments() {
    assertPrints(
        "<a\nb>\n<>\n<c>\n",
        ordered("ignored\n", "--", "printf", "<%s>\n", ":::", "a\nb", "", "c"));
  }

  @DisplayName("C1: with no item behind ::: nothing runs, and standard input is not read")
  @Test
  void noItemsAsArguments() {
    InputStream unread =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("it reads standard input");
          }
        };
    Cli cli = Cli.run(unread, "run", "--quiet", "--", "echo", ":::");
    assertPrints("", cli);
    assertPrints("", run("a\n", "--dry-run", "--", "rm", ":::"));
    assertPrints("", run("a\n", "--csv", "--", "echo", "{x}", ":::"));
    assertRefused(run("a\n", "-", "--", "echo", ":::"), "not both");
  }

  @DisplayName("C2: bytes go through unharmed, whatever they are, also line feeds with -0")
  @Test
  void bytesGoThrough() {
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int first = 1; first < 256; first++) {
      byte[] item = {(byte) first, '\n', (byte) first, (byte) (255 - first == 0 ? 1 : 255 - first)};
      in.writeBytes(item);
      in.write(0);
      expected.write('<');
      expected.writeBytes(item);
      expected.writeBytes(">\n".getBytes(StandardCharsets.US_ASCII));
    }
    String[] args = {"run", "--quiet", "--ordered", "-0", "--", "printf", "<%s>\\n", "{}"};
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        Main.run(
            new ByteArrayInputStream(in.toByteArray()),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
            args);
    assertEquals(0, code);
    assertArrayEquals(expected.toByteArray(), out.toByteArray());
  }

  @DisplayName("C2: an empty line is an item, and so is a last line without an end")
  @Test
  void emptyLinesAreItems() {
    assertPrints("<>\n<a>\n<>\n<b>\n", ordered("\na\n\nb", "--", "printf", "<%s>\n", "{}"));
  }

  @DisplayName("C2: nothing that a shell would understand in a line is understood")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "$(touch HERE)",
        "`touch HERE`",
        "; touch HERE",
        "'; touch HERE; '",
        "\"; touch HERE; \"",
        "*",
        "-n",
        "\\",
        "a  b"
      })
  void linesAreNeverCode(String line) {
    String touch = line.replace("HERE", folder.resolve("here").toString());
    assertPrints("<" + touch + ">\n", run(touch + "\n", "--", "printf", "<%s>\n", "{}"));
    for (String script :
        List.of(
            "printf '<%s>\\n' {}",
            "printf '<%s>\\n' \"{}\"",
            "sh -c 'printf \"<%s>\\n\" \"$1\"' sh {}",
            "x={}; printf '<%s>\\n' \"$x\"",
            "# isn't\nprintf '<%s>\\n' {}")) {
      assertPrints("<" + touch + ">\n", run(touch + "\n", "--shell", "--", script));
    }
    assertFalse(Files.exists(folder.resolve("here")));
  }

  @DisplayName(
      "C2: a place is refused where a line would be code, or where it cannot be seen what it is")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sh -c 'echo {}'",
        "awk 'BEGIN { print \"{}\" }'",
        "echo $(({} + 1))",
        "echo $(( (1) + {} ))",
        "echo ${X:-{}}",
        "echo \"${X:-'{}'}\"",
        "echo $'it\\'s' {}",
        "cat <<END\n{}\nEND",
        "sh <<-'END'\necho {}\nEND",
        "echo \"$(case x in x) echo {};; esac)\"",
        "(case x in x) echo {};; esac)"
      })
  void placesThatAreRefused(String script) {
    String touch = "$(touch " + folder.resolve("here") + ")";
    Cli cli = run(touch + "\n" + touch + "\n", "--shell", "--", script);
    assertEquals(2, cli.code(), cli.out() + cli.err());
    assertTrue(cli.err().contains("--shell: {} stands "), cli.err());
    assertEquals(2, cli.err().lines().count(), cli.err());
    assertEquals("", cli.out());
    assertFalse(Files.exists(folder.resolve("here")));
  }

  @DisplayName("C2: what is refused with a place is taken without one")
  @Test
  void scriptsWithoutPlacesThere() {
    String script =
        "while read -r x; do echo \"$x $((1 << 2)) ${x:+'h'} $(case x in x) echo c;; esac)\";"
            + " done; cat <<'END'\nit's\nEND";
    assertPrints("a 4 'h' c\nit's\n", run("a\n", "--stdin", "--shell", "--", script));
  }

  @DisplayName("C2: a script is one of /bin/sh; variables of the shell are no fields")
  @Test
  void aScript() {
    assertPrints(
        "2\n",
        run("b\n", "--shell", "--", "X=2; echo \"${X}\" | tr -d '\\n'; test {} = b && echo"));
    assertPrints("a-1\n", run("a\n", "--shell", "--", "echo", "{}-{#}"));
  }

  @DisplayName("C3: fields of lines of JSON: strings as their text, all else as it was written")
  @Test
  void fieldsOfJson() {
    assertPrints(
        "é\"x 1.50 [1, 2] true\n",
        run(
            "{\"a\": \"\\u00e9\\\"x\", \"n\": 1.50, \"l\": [1, 2], \"b\": true}\n\n",
            "--",
            "echo",
            "{a} {n}",
            "{l}",
            "{b}"));
  }

  @DisplayName("C3: a line without the field, or that is no JSON, fails alone")
  @Test
  void badLinesOfJson() {
    Cli cli =
        ordered(
            "{\"a\":1}\n{\"b\":1}\nplain\n{\"a\":null}\n{\"a\":\"x\\u0000y\"}\n{\"a\":2}\n",
            "--",
            "echo",
            "{a}");
    assertEquals("1\n2\n", cli.out());
    assertEquals(1, cli.code());
    assertEquals(
        """
        millrace run: item 2: it has no field 'a' (see --no-fields if {a} is no field)
        millrace run: item 3: it is not one JSON object with each field once: column 1 (see --no-fields if {a} is no field)
        millrace run: item 4: its field 'a' is null
        millrace run: item 5: it has a byte 0, which no argument can have: see --stdin
        """,
        cli.err());
  }

  @DisplayName("C3: where lines have fields, text in braces is named, with the option that helps")
  @Test
  void bracesThatWereMeantAsText() {
    Cli cli = run("{\"a\":1}\n", "--", "awk", "{print}", "{}");
    assertEquals(1, cli.code());
    assertTrue(cli.err().contains("(see --no-fields if {print} is no field)"), cli.err());
    Cli keyed = run("a b\n", "--per-key", "host=2", "--", "echo");
    assertTrue(keyed.err().contains("(--key and --per-key name a field of it)"), keyed.err());
    Cli both = run("a b\n", "--per-key", "host=2", "--", "echo", "{print NR}");
    assertEquals(1, both.code());
    assertEquals("", both.out());
  }

  @DisplayName("C3: where the first line is no JSON, only {}, {#} and parts of paths mean anything")
  @ParameterizedTest
  @ValueSource(strings = {"a b\nc\n", " \t\na b\nc\n", "a b\n{\"print NR\":1}\n", "[1]\nc\n"})
  void bracesOfLinesWithoutFields(String in) {
    String expected =
        in.lines().map(line -> "{print NR} {x} " + line + "\n").collect(Collectors.joining());
    assertPrints(expected, ordered(in, "--", "echo", "{print NR}", "{x}"));
    assertPrints(
        in.lines().map(line -> "{print NR}-" + line + "\n").collect(Collectors.joining()),
        ordered(in, "--", "echo", "{print NR}-{}"));
  }

  @DisplayName("C3: so it is with -0, behind :::, over several files, in --env and for --shell")
  @Test
  void bracesOfOtherInputs() throws IOException {
    assertPrints("{x} a\nb\n", run("a\nb\0", "-0", "--", "echo", "{x}"));
    assertPrints("{x} a\n", run("", "--", "echo", "{x}", ":::", "a"));
    String empty = Files.writeString(folder.resolve("empty"), "").toString();
    String lines = Files.writeString(folder.resolve("lines"), "one two\n").toString();
    assertPrints("{x} one two\n", run("", empty, lines, "--", "echo", "{x}"));
    assertPrints("{x}\n", run("a\n", "--env", "V={x}", "--", "sh", "-c", "echo \"$V\""));
    assertPrints("1 two\n", run(lines + "\n", "--shell", "--", "awk '{print NR, $2}' {}"));
    assertPrints("one two\n", run(lines + "\n", "--shell", "--", "awk '{print}' {}"));
    assertPrints("", run("", "--", "echo", "{x}"));
  }

  @DisplayName("C3: standard error says once that braces are text, unless that was said")
  @Test
  void bracesAreToldOf() {
    String[] call = {"run", "--", "echo", "{print NR}", "{#}"};
    Cli cli = Cli.run("a\nb\n", call);
    String said = "millrace run: the lines are no JSON, so this is text: {print NR} (--no-fields)";
    assertEquals(1, cli.err().lines().filter(said::equals).count(), cli.err());
    Cli meant = Cli.run("a\n", "run", "--no-fields", "--", "echo", "{print NR}");
    assertFalse(meant.err().contains("is text"), meant.err());
  }

  @DisplayName("C3: names of fields may have blanks, slashes and the like, as headers of tables do")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "First Name",
        "a/b",
        "Price (EUR)",
        "Share %",
        "Is it?",
        "R&D #1",
        "dc:title",
        "x[0]",
        "a.b c",
        "Gr\u00f6\u00dfe in cm"
      })
  void namesOfManyWords(String name) {
    String json = "{\"" + name + "\":\"Ann\",\"City\":\"Rome\"}\n";
    String csv = name + ",City\nAnn,Rome\n";
    String place = "hello {" + name + "}";
    assertPrints("hello Ann\n", run(json, "--", "echo", place));
    assertPrints("hello Ann of Rome\n", run(json, "--", "echo", place + " of {City}"));
    assertPrints("hello Ann\n", run(csv, "--csv", "--", "echo", place));
    assertPrints("hello Ann of Rome\n", run(csv, "--csv", "--", "echo", place, "of {City}"));
    assertPrints("hello Ann\n", run(csv, "--csv", "--shell", "--", "echo " + place));
    assertPrints("Ann\n", run(csv, "--csv", "--env", "N={" + name + "}", "--", "printenv", "N"));
    Cli other = ordered("{\"City\":1}\n", "--", "echo", place);
    assertEquals(1, other.code());
    assertTrue(other.err().contains("it has no field '" + name + "'"), other.err());
  }

  @DisplayName(
      "C4: if the first line of CSV names no such field nothing runs, and its names are told")
  @ParameterizedTest
  @ValueSource(strings = {"{Frist Name}", "{name}", "{host.name}", "x{First name}y"})
  void fieldsThatNoHeaderHas(String word) {
    Cli cli = run("First Name,City\nAnn,Rome\n", "--csv", "--", "echo", word, "{City}");
    assertEquals(2, cli.code());
    assertEquals("", cli.out());
    String name = word.replaceAll("x?\\{(.*)}y?", "$1");
    String message =
        "the first line of standard input names no field '"
            + name
            + "', but these: 'First Name', 'City' (see --no-fields if {"
            + name
            + "} is no field)";
    assertTrue(cli.err().contains(message), cli.err());
    assertEquals(2, run("a,b\n1,2\n", "--csv", "--key", "c", "--", "echo").code());
  }

  @DisplayName(
      "C4: where a name cannot be a place, text in braces is never taken silently for the name")
  @ParameterizedTest
  @ValueSource(strings = {"2024", "a;b", "Price $", "it's", "a=b"})
  void namesThatAreNoPlaces(String name) {
    Cli csv = run(name + ",City\nAnn,Rome\n", "--csv", "--", "echo", "{" + name + "} {City}");
    assertEquals(2, csv.code());
    assertEquals("", csv.out());
    assertTrue(csv.err().contains("{" + name + "} is text, although"), csv.err());
    Cli json =
        ordered(
            "{\"" + name + "\":1,\"City\":\"Rome\"}\n{\"City\":\"Bern\"}\n",
            "--",
            "echo",
            "{" + name + "} {City}");
    assertEquals("{" + name + "} Bern\n", json.out());
    assertTrue(json.err().contains("item 1: {" + name + "} is text, although"), json.err());
    String given = name + ",City\nAnn,Rome\n";
    assertPrints(
        "{" + name + "} Ann,Rome\n",
        run(given, "--csv", "--no-fields", "--", "echo", "{" + name + "}", "{}"));
  }

  @DisplayName(
      "C6: help and page say that the pause before a retry is random, within a bound that doubles")
  @Test
  void pausesAreToldOf() throws IOException {
    String help = run("", "--help").out().replaceAll("\\s+", " ");
    String page = Files.readString(Path.of("../docs/run.md")).replaceAll("\\s+", " ");
    for (String text : List.of(help, page)) {
      assertTrue(text.contains("after a random pause"), text);
      assertTrue(text.contains("doubling up to 30 s"), text);
    }
  }

  @DisplayName("C3: braces with code in them are text")
  @Test
  void bracesWithCode() {
    for (String code :
        List.of("{print $1}", "{ a; }", "{a,b}", "{1..3}", "{3}", "{id: .id}", "{a=1}", "{a }")) {
      assertPrints(code + " x\n", run("x\n", "--", "echo", code));
      assertPrints(code + " 1\n", run("{\"b\":1}\n", "--", "echo", code, "{b}"));
      assertPrints(code + " 1\n", run("b\n1\n", "--csv", "--", "echo", code, "{b}"));
    }
  }

  @DisplayName("C3: --no-fields leaves {name} alone, and $ before it does, too")
  @Test
  void textThatLooksLikeAField() {
    assertPrints("{print} a\n", run("a\n", "--no-fields", "--", "echo", "{print}", "{}"));
    assertPrints("${HOME} a\n", run("a\n", "--", "echo", "${HOME}", "{}"));
    assertPrints("{print $1} a\n", run("a\n", "--", "echo", "{print $1}", "{}"));
  }

  @DisplayName(
      "C4: CSV as RFC 4180 has it: quotes, commas and line feeds in fields, CR LF, a mark at the start")
  @Test
  void csv() {
    assertPrints(
        "[1][a \"b\", c]\n[2][x\ny]\n[][]\n[3][ z ]\n",
        ordered(
            "\uFEFFid,name\r\n1,\"a \"\"b\"\", c\"\r\n\r\n\"2\",\"x\ny\"\n,\n3, z ",
            "--csv",
            "--",
            "printf",
            "[%s][%s]\n",
            "{id}",
            "{name}"));
  }

  @DisplayName("C4: a record that is no CSV fails alone")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,2,3|it has 3 fields, and the first line has 2",
        "1|it has 1 fields, and the first line has 2",
        "a\"b\",2|it has a quote inside a field that does not begin with one",
        "'\"a\"b,2'|it has something behind a quote that ends a field",
        "'\"a,2'|it has a quote that does not end"
      })
  void badCsv(String record, String problem) {
    Cli cli = ordered("a,b\n1,2\n" + record, "--csv", "--", "echo", "{b}");
    assertEquals("2\n", cli.out());
    assertEquals("millrace run: item 2: " + problem + "\n", cli.err());
    assertEquals(1, cli.code());
  }

  @DisplayName("C5: --stdin: the command reads the line, of any size, and need not")
  @Test
  void standardInput() {
    String big = "x".repeat(1_000_000);
    assertPrints("a b\n" + big + "\n", ordered("a b\n" + big + "\n", "--stdin", "--", "cat"));
    assertPrints("a", run("a\0", "-0", "--stdin", "--", "cat"));
    assertPrints("", run(big + "\n", "--stdin", "--", "true"));
  }

  @DisplayName("C5: without --stdin the command has nothing to read, and not the items")
  @Test
  void nothingToRead() {
    assertPrints("1\n2\n", ordered("1\n2\n", "--", "sh", "-c", "cat; echo $0", "{}"));
  }

  @DisplayName("C5: --env sets variables, to the line or to what has places")
  @Test
  void environment() {
    assertPrints(
        "a b,1-a b,kept,1\n",
        Cli.run(
            Map.of("OTHER", "kept", "LINE", "replaced"),
            "a b\n",
            "run",
            "--quiet",
            "--env",
            "LINE",
            "--env",
            "BOTH={#}-{}",
            "--",
            "sh",
            "-c",
            "echo \"$LINE,$BOTH,$OTHER,$MILLRACE_ITEM\""));
  }

  @DisplayName("C6: outputs are whole, whatever runs at the same time")
  @Test
  void outputsAreGrouped() {
    String script = "for i in 1 2 3 4 5 6 7 8; do echo $0; echo $0 >&2; done";
    Cli cli = run(numbers(50), "--jobs", "8", "--", "sh", "-c", script, "{}");
    for (String text : List.of(cli.out(), cli.err())) {
      List<String> lines = text.lines().toList();
      assertEquals(400, lines.size());
      Set<String> seen = new HashSet<>();
      for (int first = 0; first < lines.size(); first += 8) {
        assertTrue(seen.add(lines.get(first)), "in two parts: " + lines.get(first));
        assertEquals(1, Set.copyOf(lines.subList(first, first + 8)).size());
      }
    }
  }

  @DisplayName(
      "C6: a last line without an end is not continued by the next item, and stays as it is at the end")
  @Test
  void linesAreNeverMixed() {
    assertPrints("a\nb\nc", ordered("a\nb\nc\n", "--", "printf", "%s", "{}"));
    assertPrints("a\0b\0", ordered("a\nb\n", "--", "printf", "%s\\0", "{}"));
  }

  @DisplayName("C6: --ordered writes in the order of the input")
  @Test
  void order() {
    assertPrints(
        numbers(40),
        ordered(
            numbers(40),
            "--jobs",
            "8",
            "--",
            "sh",
            "-c",
            "test $(($0 % 8)) = 1 && sleep 0.1; echo $0",
            "{}"));
  }

  @DisplayName("C6: --tag begins each line with its item, or its --key")
  @Test
  void tags() {
    assertPrints(
        "a\tx\na\ty\nb?\tx\nb?\ty",
        ordered("", "--tag", "--", "printf", "x\\ny%.0s", ":::", "a", "b\n"));
    assertPrints(
        "k\tv\n", run("{\"id\":\"k\",\"v\":\"v\"}", "--tag", "--key", "id", "--", "echo", "{v}"));
  }

  @DisplayName("C7: --json has one object for each item")
  @Test
  void json() {
    Cli cli =
        ordered(
            "0\n3\n9\n",
            "--json",
            "--",
            "sh",
            "-c",
            "echo out; printf '\\377' >&2; test $0 = 9 && kill -9 $$; exit $0",
            "{}");
    assertEquals(1, cli.code());
    assertEquals("", cli.err());
    List<JsonNode> lines = cli.lines();
    assertEquals(List.of(1, 2, 3), lines.stream().map(line -> line.get("id").intValue()).toList());
    JsonNode ok = lines.getFirst();
    assertEquals("0", ok.get("item").stringValue());
    assertEquals(0, ok.get("exitCode").intValue());
    assertEquals(1, ok.get("attempts").intValue());
    assertEquals("out\n", ok.get("stdout").stringValue());
    assertEquals("/w==", ok.get("stderr").stringValue());
    assertEquals("base64", ok.get("stderrEncoding").stringValue());
    assertTrue(ok.get("millis").intValue() >= 0);
    assertTrue(ok.get("start").stringValue().matches("\\d{4}-\\d\\d-\\d\\dT.*Z"));
    assertFalse(ok.has("error") || ok.has("signal"));
    assertEquals(3, lines.get(1).get("exitCode").intValue());
    assertEquals("exit code 3", lines.get(1).get("error").stringValue());
    assertEquals("SIGKILL", lines.get(2).get("signal").stringValue());
    assertFalse(lines.get(2).has("exitCode"));
  }

  @DisplayName("C7: --max-output keeps the start, and says how much there was")
  @Test
  void maxOutput() {
    JsonNode line = run("é", "--json", "--max-output", "4", "--", "printf", "{}{}é").line();
    assertEquals("éé", line.get("stdout").stringValue());
    assertEquals(6, line.get("stdoutBytes").intValue());
    JsonNode odd = run("é", "--json", "--max-output", "5", "--", "printf", "{}{}é").line();
    assertEquals("éé", odd.get("stdout").stringValue());
    assertPrints("abc", run("abcdef", "--max-output", "3", "--", "printf", "%s"));
  }

  @DisplayName("C8: what cannot be started is a failure of its item, as a shell would number it")
  @Test
  void commandsThatCannotStart() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "");
    Cli cli = ordered("nosuch\n" + plain + "\n" + folder + "\ntrue\n", "--json", "--", "{}");
    List<JsonNode> lines = cli.lines();
    assertEquals(
        List.of(127, 126, 126, 0),
        lines.stream().map(line -> line.get("exitCode").intValue()).toList());
    assertEquals(
        "cannot start 'nosuch': no such command (127)",
        lines.getFirst().get("error").stringValue());
    assertEquals(
        "cannot start '" + plain + "': permission denied (126)",
        lines.get(1).get("error").stringValue());
    assertEquals(1, cli.code());
  }

  @DisplayName("C8: an argument that is too long is a failure of its item")
  @Test
  void tooLong() {
    Cli cli = run("x".repeat(200_000) + "\n", "--", "true", "{}");
    assertEquals(
        "millrace run: item 1: cannot start 'true': the arguments are too long (126)\n", cli.err());
    assertEquals(1, cli.code());
  }

  @DisplayName("C8: what steers a terminal is escaped in a complaint, and not lost")
  @Test
  void escapedComplaint() {
    Cli cli = run("a\n", "--", "no\u001b[2J\nsuch");
    assertEquals(
        "millrace run: item 1: cannot start 'no\\u001b[2J\\nsuch': no such command (127)\n",
        cli.err());
  }

  @DisplayName("C9: --retries repeats what failed; --retry-on only after these exit codes")
  @Test
  void retries() {
    String script =
        "echo x >> " + folder + "/$0; test $(wc -l < " + folder + "/$0) -gt 2 || exit $0";
    JsonNode line = run("75\n", "--json", "--retries", "3", "--", "sh", "-c", script, "{}").line();
    assertEquals(0, line.get("exitCode").intValue());
    assertEquals(3, line.get("attempts").intValue());
    JsonNode only =
        run(
                "74\n",
                "--json",
                "--retries",
                "3",
                "--retry-on",
                "75,111",
                "--",
                "sh",
                "-c",
                script,
                "{}")
            .line();
    assertEquals(74, only.get("exitCode").intValue());
    assertEquals(1, only.get("attempts").intValue());
  }

  @DisplayName(
      "C9: what cannot be started is not repeated, whatever --retry-on says; an exit code 127 is")
  @Test
  void retriesOfWhatCannotStart() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "");
    for (String command : List.of("/no/such/command", plain.toString())) {
      JsonNode line =
          run("a\n", "--json", "--retries", "2", "--retry-on", "126,127", "--", command).line();
      assertEquals(1, line.get("attempts").intValue(), line.toString());
    }
    JsonNode ended =
        run("a\n", "--json", "--retries", "1", "--retry-on", "127", "--", "sh", "-c", "exit 127")
            .line();
    assertEquals(2, ended.get("attempts").intValue());
  }

  @DisplayName(
      "C9: --timeout ends all that a command has started, also what ignores SIGTERM or has a group of its own")
  @Test
  void timeouts() {
    String script =
        "trap '' TERM; sleep "
            + nap(307)
            + " & setsid sleep "
            + nap(307)
            + " & (trap '' TERM; sleep "
            + nap(307)
            + "; sleep "
            + nap(307)
            + ") & sleep "
            + nap(307)
            + "; sleep "
            + nap(307);
    Cli cli =
        run("1\n", "--json", "--timeout", "300ms", "--grace", "200ms", "--", "sh", "-c", script);
    assertEquals("ended by --timeout", cli.line().get("error").stringValue());
    assertEquals(1, cli.code());
    assertEquals(List.of(), living(nap(307)));
  }

  @DisplayName("C9: a command that ends at SIGTERM is not waited for any longer")
  @Test
  void timeoutsThatAreObeyed() {
    long start = System.nanoTime();
    Cli cli =
        run(
            "1\n",
            "--timeout",
            "100ms",
            "--grace",
            "1h",
            "--",
            "sh",
            "-c",
            "echo before; sleep " + nap(309));
    assertTrue(System.nanoTime() - start < 60_000_000_000L);
    assertEquals("before\n", cli.out());
    assertEquals(List.of(), living(nap(309)));
  }

  /* How long a command sleeps: another time in each test of each process, by which it is found again. */
  static String nap(int test) {
    return "4000." + ProcessHandle.current().pid() + test;
  }

  static List<String> living(String argument) {
    return ProcessHandle.allProcesses()
        .filter(
            each ->
                each.info().arguments().map(all -> List.of(all).contains(argument)).orElse(false))
        .map(each -> each.pid() + " " + each.info().commandLine().orElse(""))
        .toList();
  }

  @DisplayName("C9: what a command leaves in the background does not hold up its item")
  @Test
  void backgroundProcesses() {
    long start = System.nanoTime();
    assertPrints("now\n", run("1\n", "--", "sh", "-c", "sleep " + nap(311) + " & echo now"));
    assertTrue(System.nanoTime() - start < 60_000_000_000L);
    ProcessHandle.allProcesses()
        .filter(
            each ->
                each.info().arguments().map(all -> List.of(all).contains(nap(311))).orElse(false))
        .forEach(ProcessHandle::destroyForcibly);
  }

  @DisplayName("C10: limits end the run with 3")
  @Test
  void limits() {
    assertEquals(3, run(numbers(100), "--jobs", "1", "--max-failures", "3", "--", "false").code());
    assertEquals(3, run(numbers(100), "--jobs", "1", "--fail-rate", "50%/4", "--", "false").code());
    Cli late = run(numbers(3), "--run-timeout", "300ms", "--json", "--", "sleep", nap(313));
    assertEquals(3, late.code());
    assertTrue(late.out().contains("cut off by --run-timeout"), late.out());
    assertEquals(List.of(), living(nap(313)));
  }

  @DisplayName("C10, R3: commands that run when too many have failed may finish")
  @ParameterizedTest
  @ValueSource(strings = {"--max-failures=1", "--fail-rate=0%/1"})
  void commandsThatRunMayFinish(String option) {
    String script =
        "cd "
            + folder
            + "; touch started$1; until [ -e started1 -a -e started2 -a -e started3 ]; do sleep 0.05; done;"
            + " [ $1 != 2 ] || { touch failed; exit 1; };"
            + " until [ -e failed ]; do sleep 0.05; done; sleep 0.3; echo $1";
    Cli cli = ordered(numbers(9), option, "--jobs", "3", "--", "sh", "-c", script, "sh");
    assertEquals(3, cli.code(), cli.err());
    assertTrue(cli.out().startsWith("1\n3\n"), cli.out());
    assertFalse(cli.err().contains("cut off"), cli.err());
  }

  @DisplayName("C10: --per-key: no two commands with the same value at once")
  @Test
  void perKey() {
    String script = "mkdir " + folder + "/$0 || exit 1; sleep 0.02; rmdir " + folder + "/$0";
    String in =
        IntStream.range(0, 20)
            .mapToObj(n -> "{\"k\": \"k" + n % 2 + "\"}\n")
            .collect(Collectors.joining());
    assertPrints("", run(in, "--jobs", "8", "--per-key", "k=1", "--", "sh", "-c", script, "{k}"));
  }

  @DisplayName("C10: --rate holds")
  @Test
  void rate() {
    long start = System.nanoTime();
    assertPrints("", run(numbers(11), "--jobs", "8", "--rate", "50/s", "--", "true"));
    assertTrue(System.nanoTime() - start >= 200_000_000L);
  }

  @DisplayName("C11: --output-dir has a private file for each item, and no key leads out of it")
  @Test
  void outputFolder() throws IOException {
    Path outputs = folder.resolve("outputs");
    String in =
        Stream.of("../up", "/abs", "a b", ".hidden", "", "x".repeat(300), "ok-1_2.txt")
            .map(key -> "{\"k\":\"" + key + "\"}\n")
            .collect(Collectors.joining());
    assertPrints(
        "",
        run(
            in,
            "--output-dir",
            outputs.toString(),
            "--key",
            "k",
            "--",
            "sh",
            "-c",
            "echo \"$0\"; test -z \"$0\" && echo e >&2; true",
            "{k}"));
    Set<String> names;
    try (Stream<Path> files = Files.list(outputs)) {
      names = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
    assertTrue(
        names.containsAll(
            Set.of(
                "%2E.%2Fup.out",
                "%2Fabs.out", "a%20b.out", "%2Ehidden.out", "%.out", "%.err", "ok-1_2.txt.out")),
        names.toString());
    assertEquals(8, names.size(), names.toString());
    assertEquals("../up\n", Files.readString(outputs.resolve("%2E.%2Fup.out")));
    assertEquals("rw-------", permissions(outputs.resolve("a%20b.out")));
    assertEquals("rwx------", permissions(outputs));
    Cli again =
        run(
            "{\"k\":\"a b\"}\n",
            "--output-dir",
            outputs.toString(),
            "--key",
            "k",
            "--",
            "echo",
            "{k}");
    assertEquals(1, again.code());
    assertTrue(again.err().contains("its output is there already"), again.err());
  }

  @DisplayName("C11: a folder that can neither be used nor made is refused in words")
  @Test
  void noOutputFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Path lost = folder.resolve("no").resolve("outputs");
    Map<Path, String> problems =
        Map.of(
            file,
            "it is no directory; give the name of one, or a new one",
            lost,
            "the directory above it is not there");
    problems.forEach(
        (outputs, problem) -> {
          Cli cli = run("a\n", "--output-dir", outputs.toString(), "--", "true");
          assertEquals(2, cli.code());
          assertEquals(
              "millrace run: cannot use --output-dir '" + outputs + "': " + problem,
              cli.err().lines().findFirst().orElseThrow());
        });
  }

  private static String permissions(Path path) throws IOException {
    return java.nio.file.attribute.PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path));
  }

  @DisplayName("C11: with --json and --output-dir the object says where")
  @Test
  void outputFolderInJson() throws IOException {
    Path outputs = folder.resolve("outputs");
    JsonNode line =
        run("a\n", "--json", "--output-dir", outputs.toString(), "--", "echo", "{}").line();
    assertEquals("a\n", Files.readString(Path.of(line.get("stdoutFile").stringValue())));
    assertFalse(line.has("stdout"));
  }

  @DisplayName("C12: --dry-run writes commands that a shell takes, and runs none")
  @Test
  void dryRun() throws Exception {
    String in = "it's\n$(x) *\n\n";
    Cli cli =
        run(
            in,
            "--dry-run",
            "--stdin",
            "--env",
            "V={#}",
            "--",
            "sh",
            "-c",
            "cat; echo \"$V\" \"$1\"",
            "sh",
            "{}");
    assertEquals(0, cli.code());
    Path script = Files.writeString(folder.resolve("script"), cli.out());
    Process shell = new ProcessBuilder("sh", script.toString()).redirectErrorStream(true).start();
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("it's\n1 it's\n$(x) *\n2 $(x) *\n\n3 \n", printed, cli.out());
    assertEquals(
        printed,
        ordered(
                in,
                "--stdin",
                "--env",
                "V={#}",
                "--",
                "sh",
                "-c",
                "cat; echo \"$V\" \"$1\"",
                "sh",
                "{}")
            .out());
    assertPrints("rm a\n", run("a\n", "--dry-run", "--", "rm"));
  }

  @DisplayName("C13: wrong usage is said in two lines, and nothing runs")
  @Test
  void wrongUsage() {
    assertRefused(run("", "echo", "{}"), "behind --");
    assertRefused(run("", "--"), "behind --");
    assertRefused(run("", "--retry-on", "75", "--", "true"), "--retry-on needs --retries");
    assertRefused(run("", "--retries", "1", "--retry-on", "0", "--", "true"), "from 1 to 255");
    assertRefused(run("", "--burst", "3", "--", "true"), "--burst needs --rate");
    assertRefused(run("", "--per-key", "x", "--", "true"), "like host=2");
    assertRefused(run("", "--json", "--tag", "--", "true"), "exclude each other");
    assertRefused(run("", "--csv", "-0", "--", "true"), "exclude each other");
    assertRefused(run("", "--env", "1=x", "--", "true"), "not the name of a variable");
    assertRefused(run("", folder.resolve("missing").toString(), "--", "true"), "no such file");
    assertRefused(run("", folder.toString(), "--", "true"), "directory");
    assertRefused(run("", folder.toString(), "--", "true", ":::", "a"), "not both");
    assertRefused(run("", "--jobz", "3", "--", "true"), "unknown option '--jobz'");
  }

  @DisplayName("C13: an option of xargs or GNU parallel that is not there says what to do instead")
  @ParameterizedTest
  @CsvSource({
    "-n 2, each line is a command of its own",
    "-n2, each line is a command of its own",
    "-L 5, each line is a command of its own",
    "-I %, {} is the line",
    "-k, it is --ordered here",
    "--joblog x, see --log, --json and --checkpoint",
    "--keep-order, it is --ordered here",
  })
  void foreignOptions(String options, String instead) {
    Stream<String> words = Stream.concat(Stream.of(options.split(" ")), Stream.of("--", "true"));
    Cli cli = run("a\n", words.toArray(String[]::new));
    assertRefused(cli, "unknown option '");
    assertTrue(cli.err().contains("': " + instead), cli.err());
    assertFalse(cli.err().contains("did you mean"), cli.err());
  }

  @DisplayName("C13: a command whose name is a whole line is told of --shell")
  @Test
  void linesAsCommands() {
    Cli cli = run("", "--", "echo {}", ":::", "a");
    assertEquals(1, cli.code());
    assertTrue(
        cli.err().contains("cannot start 'echo a': no such command (127): with --shell a line"),
        cli.err());
    Cli plain = run("", "--", "no-such-program", ":::", "a b");
    assertFalse(plain.err().contains("--shell"), plain.err());
  }

  @DisplayName("C3: a byte order mark before lines of JSON does not turn fields into text")
  @Test
  void byteOrderMarks() {
    String in = "\uFEFF{\"a\": 1}\n\uFEFF\n\uFEFF{\"a\": 2}\n";
    assertPrints("1 {\"a\": 1}\n2 {\"a\": 2}\n", ordered(in, "--", "echo", "{a}", "{}"));
  }

  @DisplayName("C3: a field that is null is told of as null, and one that is missing as missing")
  @Test
  void nullFields() {
    Cli cli = run("{\"v\":null}\n{\"w\":1}\n", "--", "echo", "{v}");
    assertEquals(1, cli.code());
    assertTrue(cli.err().contains("item 1: its field 'v' is null"), cli.err());
    assertTrue(cli.err().contains("item 2: it has no field 'v'"), cli.err());
  }

  @DisplayName("C6: no tag steers a terminal, also with control characters above ASCII")
  @Test
  void tagsSteerNothing() {
    Cli cli = run("a\u009b2Jb\u00e9\u001b\n", "--tag", "--", "echo", "x{#}");
    assertEquals("a??2Jb\u00e9?\tx1\n", cli.out());
  }

  @DisplayName("C13: a time may be as long as it can be written")
  @ParameterizedTest
  @ValueSource(strings = {"--timeout", "--grace", "--run-timeout", "--drain"})
  void longTimes(String option) {
    assertPrints("1\n", run("1\n", option, "999999999h", "--", "echo"));
  }

  @DisplayName("C13: -P and -j are --jobs, as for xargs and GNU parallel")
  @Test
  void jobsAsForOthers() {
    for (String[] jobs : new String[][] {{"-P", "2"}, {"-P2"}, {"-j", "2"}, {"-j2"}}) {
      Stream<String> words = Stream.concat(Stream.of(jobs), Stream.of("--", "echo"));
      assertPrints("a\n", run("a\n", words.toArray(String[]::new)));
    }
    assertRefused(run("a\n", "-P", "0", "--", "echo"), "whole number from 1");
  }

  private static void assertRefused(Cli cli, String part) {
    assertEquals(2, cli.code(), cli.err());
    assertEquals("", cli.out());
    assertTrue(cli.err().contains(part), cli.err());
    assertTrue(cli.err().lines().count() <= 2, cli.err());
  }

  @DisplayName("C13: files are read one after the other, each with whole lines")
  @Test
  void files() throws IOException {
    Path one = Files.writeString(folder.resolve("one"), "a\nb");
    Path two = Files.writeString(folder.resolve("two"), "c\n");
    assertPrints("a\nb\nc\nd\n", ordered("d\n", one.toString(), two.toString(), "-", "--", "echo"));
    assertPrints("", run("", "--", "echo"));
  }

  @DisplayName("C14: the summary counts, has times, and groups failures with the first of them")
  @Test
  void summary() {
    Cli cli = Cli.run("0\n7\n7\n", "run", "--jobs", "1", "--", "sh", "-c", "exit $0", "{}");
    assertTrue(
        cli.err()
            .matches(
                "(?s)millrace: 3 done in .*: 1 ok, 2 failed, 0 retries\n"
                    + "  latency: median .*\n"
                    + "  failed attempts: 2, median .*\n"
                    + "  2 x exit code 7, the first: item 2\n"),
        cli.err());
  }

  @DisplayName("C14: what is said of failures has no control characters, whatever items have")
  @Test
  void summaryWithControlCharacters() throws IOException {
    Path first = Files.writeString(folder.resolve("a.csv"), "k\n1\n");
    Path odd = Files.writeString(folder.resolve("b\u001b[31m.csv"), "x\n1\n");
    Cli cli = Cli.run("", "run", "--csv", first.toString(), odd.toString(), "--", "echo", "{k}");
    assertTrue(cli.err().contains("names other fields"), cli.err());
    assertFalse(cli.err().contains("\u001b"), cli.err());
  }

  @DisplayName("C15: 10,000 lines")
  @Test
  @Timeout(400) // 10,000 processes
  void manyLines() {
    Cli cli = ordered(numbers(10_000), "--jobs", "8", "--", "/bin/echo", "{}");
    assertPrints(numbers(10_000), cli);
  }
}
