package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of CSV that are not as they should be, and several files of them. */
class CsvTest {
  @TempDir Path folder;

  private static Cli run(String in, String... args) {
    return Cli.run(in, Stream.concat(START.stream(), Stream.of(args)).toArray(String[]::new));
  }

  private static final List<String> START = List.of("run", "--quiet", "--ordered", "--csv");

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @DisplayName("C4: a quote inside of a field that has none around it fails its record alone")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "3.5\" disk,x",
        "3.5\" disk,\"x\ny\"",
        "\"a\" b\",x",
        "\"a\"\"b\" \",x",
        "a\"\"b\",x",
        " \"a,x",
        "x,3.5\" disk"
      })
  void quotesInsideOfFields(String record) {
    Cli cli = run("h,p\n0,0\n" + record + "\nc,2\nd,\"3\n4\"\n", "--", "echo", "{h}={p}");
    assertEquals("0=0\nc=2\nd=3\n4\n", cli.out());
    assertTrue(cli.err().startsWith("millrace run: item 2: it has "), cli.err());
    assertEquals(1, cli.err().lines().count(), cli.err());
    assertEquals(1, cli.code());
  }

  @DisplayName("C4: whatever stands between quotes is no record, also if they do not end")
  @Test
  void quotesThatDoNotEnd() {
    Cli cli = run("h,p\n0,0\n\"a,1\nc,2\nd,3\n", "--", "echo", "{h}={p}");
    assertEquals("0=0\n", cli.out());
    assertEquals(
        "millrace run: item 2: it has a quote that does not end: all behind it in its input is a part of it, 3 lines\n",
        cli.err());
    assertEquals(1, cli.code());
  }

  @DisplayName("C4: a quote that does not end is told of after --max-line, before the input ends")
  @Test
  @Timeout(60)
  void quotesThatNeverEnd() {
    InputStream endless =
        new SequenceInputStream(
            utf8("h,p\n0,0\n\"a,1\n"),
            new InputStream() {
              @Override
              public int read() {
                return 'x';
              }
            });
    Cli cli =
        Cli.run(
            endless,
            Stream.concat(
                    START.stream(),
                    Stream.of("--max-line", "1000", "--max-failures", "1", "--", "echo", "{h}={p}"))
                .toArray(String[]::new));
    assertEquals(3, cli.code());
    assertEquals("0=0\n", cli.out());
    assertTrue(
        cli.err().contains("item 2: it is longer than 1000 bytes: see --max-line; or it has a"),
        cli.err());
  }

  private static InputStream utf8(String text) {
    return new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @DisplayName("C4: a record that is too long fails alone, and nothing in it is taken for another")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"LONG\nx,1\n\",0",
        "\"\nx,1\nLONG\nx,1\n\",0",
        "LONG,\"\nx,1\n\"",
        "LONG,3.5\" disk",
        "LONG"
      })
  void longRecords(String record) {
    Cli cli =
        run(
            "h,p\n0,0\n" + record.replace("LONG", "y".repeat(200_000)) + "\nc,2\n",
            "--max-line",
            "1000",
            "--",
            "echo",
            "{h}={p}");
    assertEquals("0=0\nc=2\n", cli.out());
    assertTrue(cli.err().contains("item 2: it is longer than 1000 bytes"), cli.err());
    assertEquals(1, cli.err().lines().count(), cli.err());
  }

  @DisplayName("C4: a first line that is too long names no fields, and neither does the second one")
  @Test
  void longHeader() {
    Cli cli = run("y".repeat(2_000) + ",p\na,1\nb,2\n", "--max-line", "1000", "--", "echo", "{a}");
    assertEquals("", cli.out());
    assertEquals(3, cli.err().lines().count(), cli.err());
    assertTrue(cli.err().contains("item 3: the first line is too long"), cli.err());
  }

  @DisplayName("C4: a mark at the start of the input stands before a quote")
  @Test
  void markBeforeAQuote() {
    Cli cli = run("\uFEFF\"h\nx\",p\n\uFEFF1,2\n", "--", "echo", "{p}");
    assertEquals("2\n", cli.out() + cli.err());
  }

  @DisplayName("C4: records come out as they went in, whatever is in their fields")
  @Test
  void roundTrip() throws IOException {
    Random random = new Random(7);
    List<List<String>> records = new ArrayList<>();
    StringBuilder in = new StringBuilder("a,b\n");
    for (int each = 0; each < 300; each++) {
      List<String> record = List.of(field(random), field(random));
      records.add(record);
      in.append(
          record.stream()
              .map(field -> '"' + field.replace("\"", "\"\"") + '"')
              .collect(Collectors.joining(",", "", random.nextBoolean() ? "\n" : "\r\n")));
    }
    try (ItemSource items =
        new ItemSource(
            new Inputs(List.of(new Inputs.Input("-", utf8(in.toString())))),
            new CsvItems(),
            1 << 20,
            (byte) '\n')) {
      for (List<String> record : records) {
        Item item = items.next();
        assertEquals(record, List.of(item.fieldText("a"), item.fieldText("b")));
      }
      assertFalse(items.hasNext());
    }
  }

  private static String field(Random random) {
    return IntStream.range(0, random.nextInt(6))
        .mapToObj(_ -> String.valueOf("\",\n\rx".charAt(random.nextInt(5))))
        .collect(Collectors.joining());
  }

  @DisplayName("C22: each file of CSV has a first line of its own, which is no record")
  @Test
  void firstLineOfEachFile() throws IOException {
    Path a = file("a.csv", "\uFEFFhost,port\na,1"); // its last line has no end
    Path b = file("b.csv", "\r\n\uFEFFhost,port\nb,2\n".substring(2));
    Path empty = file("empty.csv", "");
    Path bare = file("bare.csv", "host,port\n");
    Cli cli =
        run(
            "port,host\n3,c\n",
            a.toString(),
            empty.toString(),
            b.toString(),
            bare.toString(),
            "-",
            "--",
            "echo",
            "{#} {host}:{port}");
    assertEquals("1 a:1\n2 b:2\n3 c:3\n", cli.out());
    assertEquals("", cli.err());
    assertEquals(0, cli.code());
  }

  @DisplayName("C22: a file whose first line names other fields is refused, record by record")
  @Test
  void otherFields() throws IOException {
    Path a = file("a.csv", "host,port\na,1\n");
    Path part = file("part.csv", "b,2\nc,3\n"); // as split makes it
    Path last = file("last.csv", "host,port\nd,4\n");
    Cli cli =
        run("", a.toString(), part.toString(), last.toString(), "--", "echo", "{host}:{port}");
    assertEquals("a:1\nd:4\n", cli.out());
    assertEquals(
        "millrace run: item 2: the first line of '"
            + part
            + "' names other fields than that of '"
            + a
            + "'\n"
            + "millrace run: item 3: the first line of '"
            + part
            + "' names other fields than that of '"
            + a
            + "'\n",
        cli.err());
    assertEquals(1, cli.code());
  }

  @DisplayName("C22: a quote that does not end in one file takes nothing of the next one")
  @Test
  void quotesEndWithTheirFile() throws IOException {
    Path a = file("a.csv", "h,p\n\"a,1\n");
    Path b = file("b.csv", "h,p\nb,2\n");
    Cli cli = run("", a.toString(), b.toString(), "--", "echo", "{h}:{p}");
    assertEquals("b:2\n", cli.out());
    assertEquals("millrace run: item 1: it has a quote that does not end\n", cli.err());
  }

  @DisplayName("C20: the same record under other names is not what a checkpoint knows")
  @Test
  void checkpointsKnowTheNames() {
    String[] args = {"--checkpoint", folder.resolve("run.db").toString(), "--", "echo", "{a}-{b}"};
    assertEquals("1-2\n", run("a,b\n1,2\n", args).out());
    assertEquals("1-2\n", run("a,b\n1,2\n", args).out());
    assertEquals("2-1\n", run("b,a\n1,2\n", args).out());
  }

  @DisplayName("C12: --dry-run has no command for a record that would not run")
  @Test
  void dryRun() {
    String in = "h,p\na,1\nb\nc,2\n";
    Cli cli = run(in, "--dry-run", "--stdin", "--", "cat");
    assertEquals(2, cli.out().lines().count(), cli.out());
    assertEquals(1, cli.code());
    Cli keyed = run(in, "--dry-run", "--per-key", "x=1", "--stdin", "--", "cat");
    assertEquals("", keyed.out());
    assertTrue(keyed.err().contains("names no field 'x', but these: 'h', 'p'"), keyed.err());
    assertEquals(2, keyed.code());
  }
}
