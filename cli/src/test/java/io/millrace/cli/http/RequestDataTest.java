package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.RawServer.Seen;
import io.millrace.cli.text.UsedFiles;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods, queries, forms, files and templates. */
@NoLeaks
class RequestDataTest {
  private RawServer server = RawServer.start((request, number, answer) -> answer.send(200, "ok"));

  @TempDir private Path folder;

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Cli run(String more, String... options) {
    List<String> args = new ArrayList<>(List.of("http"));
    args.addAll(List.of(options));
    return Cli.run(
        "{\"url\": \"%s\"%s}".formatted(server.url("/"), more), args.toArray(String[]::new));
  }

  private Seen sent(String more, String... options) {
    Cli cli = run(more, options);
    assertEquals(0, cli.code(), cli.out() + cli.err());
    return server.requests().getLast();
  }

  private String refused(String more, String... options) {
    int before = server.requests().size();
    Cli cli = run(more, options);
    assertEquals(1, cli.code(), cli.err());
    assertEquals(before, server.requests().size(), "something was sent");
    return cli.line().get("error").stringValue();
  }

  private static String utf8(Seen seen) {
    return new String(seen.body().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  @DisplayName("H26: --method is for the lines that name none, URLs too")
  @Test
  void methodIsForLinesWithoutOne() {
    assertEquals("PUT", sent("", "--method", "put").method());
    assertEquals("PATCH", sent(", \"method\": \"patch\"", "--method", "PUT").method());
    assertEquals("DELETE", sent(", \"body\": 1", "--method", "DELETE").method());
    assertEquals(0, Cli.run(server.url("/"), "http", "--method", "HEAD").code());
    assertEquals("HEAD", server.requests().getLast().method());
  }

  @DisplayName("H26: --http1.1 is taken, and is what is spoken in any case")
  @Test
  void httpIsOfVersion11() {
    assertEquals("GET / HTTP/1.1", sent("", "--http1.1").line());
    assertEquals("GET / HTTP/1.1", sent("").line());
  }

  @DisplayName("H26: a method that cannot be sent is refused, with what is allowed")
  @ParameterizedTest
  @ValueSource(strings = {"CONNECT", "G ET", "", "GET\r\nX: y"})
  void aBadMethodIsRefused(String method) {
    Cli cli = run("", "--method", method);
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("--method") && cli.err().contains("like GET, POST"), cli.err());
  }

  @DisplayName("H26: query fields are added to the URL, encoded")
  @Test
  void queryFieldsAreAdded() {
    assertEquals(
        "/?q=a%20b%26c%3D%C3%A4%2B&n=12345678901234567.890&yes=true&tag=x&tag=y",
        sent(", \"query\": {\"q\": \"a b&c=\u00e4+\", \"n\": 12345678901234567.890, \"yes\": true,"
                + " \"none\": null, \"tag\": [\"x\", null, \"y\"]}")
            .target());
    assertEquals("/", sent(", \"query\": {}").target());
    Cli.run(
        "{\"url\": \"%s\", \"query\": {\"%%\": \"\"}}".formatted(server.url("/p?a=1#top")), "http");
    assertEquals("/p?a=1&%25=", server.requests().getLast().target());
  }

  @DisplayName("H26: the url of an answer has the query fields, and no password")
  @Test
  void theAnswerHasTheWholeUrl() {
    String url = server.url("/p?a=1").replace("//", "//me:s3cret@");
    Cli cli = Cli.run("{\"url\": \"%s\", \"query\": {\"q\": \"a b\"}}".formatted(url), "http");
    assertEquals(server.url("/p?a=1&q=a%20b"), cli.line().get("url").stringValue());
    assertFalse((cli.out() + cli.err()).contains("s3cret"), cli.out());
  }

  @DisplayName("H26: a form is sent as one, by POST")
  @Test
  void aFormIsSent() {
    Seen seen = sent(", \"form\": {\"name\": \"M\u00fcller & S\u00f6hne\", \"n\": [1, 2]}");
    assertEquals("POST", seen.method());
    assertEquals("name=M%C3%BCller%20%26%20S%C3%B6hne&n=1&n=2", seen.body());
    assertEquals("application/x-www-form-urlencoded", seen.header("content-type").orElse(""));
    assertEquals("", sent(", \"form\": {}").body());
  }

  @DisplayName("H26: fields that cannot be sent cost their line")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "\"query\": \"a=b\"; 'query' must be an object",
        "\"query\": {\"a\": {}}; a value in 'query' must be a string",
        "\"form\": [1]; 'form' must be an object",
        "\"form\": {\"a\": [[1]]}; a value in 'form' must be a string",
        "\"form\": {\"a\": \"\\ud83d\"}; half of a surrogate pair",
        "\"form\": {\"a\": 1, \"a\": 2}; each field once",
        "\"form\": {}, \"body\": 1; 'body' and 'form' exclude each other",
        "\"bodyFile\": \"x\", \"body\": 1; 'body' and 'bodyFile' exclude each other",
        "\"bodyFile\": 7; 'bodyFile' must be a string",
        "\"bodyFile\": \"\"; 'bodyFile' must be the name of a file",
        "\"bodyFile\": \"a\\u0000b\"; 'bodyFile' must be the name of a file",
        "\"bodyFile\": \"no/such/file\"; 'bodyFile': no such file",
        "\"bodyFile\": \"/dev/zero\"; 'bodyFile': not a regular file",
        "\"bodyFile\": \".\"; 'bodyFile': not a regular file",
      })
  void badFieldsCostTheirLine(String field, String error) {
    String said = refused(", " + field);
    assertTrue(said.contains(error), said);
  }

  @DisplayName(
      "H27: a body from a file goes out byte for byte, with its length, again at each retry")
  @Test
  void aFileGoesOut() throws IOException {
    server.close();
    server =
        RawServer.start((request, number, answer) -> answer.send(number == 1 ? 503 : 200, "ok"));
    byte[] bytes = new byte[300_000];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) (index * 31 + index / 256);
    }
    Path file = Files.write(folder.resolve("b.bin"), bytes);
    Cli cli = run(", \"method\": \"PUT\", \"bodyFile\": \"%s\"".formatted(file));
    assertEquals(0, cli.code(), cli.out());
    assertEquals(2, server.requests().size());
    for (Seen seen : server.requests()) {
      assertEquals("300000", seen.header("content-length").orElse(""));
      assertEquals(new String(bytes, StandardCharsets.ISO_8859_1), seen.body());
      assertTrue(seen.header("content-type").isEmpty());
    }
    assertFalse(cli.line().has("bodyFile"), cli.out());
  }

  @DisplayName("H27: a body from a file is sent by POST, an empty one too")
  @Test
  void anEmptyFileIsABody() throws IOException {
    Path file = Files.createFile(folder.resolve("empty"));
    Seen seen = sent(", \"bodyFile\": \"%s\"".formatted(file));
    assertEquals("POST", seen.method());
    assertEquals("0", seen.header("content-length").orElse(""));
  }

  @DisplayName("H27: no file is read into memory")
  @Test
  void aLargeFileIsStreamed() throws IOException {
    long size = Runtime.getRuntime().maxMemory() + (1L << 28);
    Path file = folder.resolve("sparse");
    try (var channel =
        Files.newByteChannel(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.position(size - 1);
      channel.write(ByteBuffer.wrap(new byte[1]));
    }
    try (Swallowing swallowing = new Swallowing()) {
      Cli cli =
          Cli.run(
              "{\"url\": \"%s\", \"bodyFile\": \"%s\"}".formatted(swallowing.url(), file),
              "http",
              "--timeout",
              "5m");
      assertEquals(0, cli.code(), cli.out());
      assertEquals(Long.toString(size), cli.line().get("body").stringValue());
    }
  }

  /** A server that says how long what it got was. */
  private static final class Swallowing implements AutoCloseable {
    private final HttpServer http;

    Swallowing() throws IOException {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      http.createContext(
          "/",
          exchange -> {
            long count = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            byte[] text = Long.toString(count).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
          });
      http.start();
    }

    String url() {
      return "http://127.0.0.1:" + http.getAddress().getPort() + "/";
    }

    @Override
    public void close() {
      http.stop(0);
    }
  }

  @DisplayName("H27: with --body-dir names count from there, and none leads out of it")
  @Test
  void noFileOutsideOfTheFolderIsSent() throws IOException {
    Path inside = Files.createDirectories(folder.resolve("in/deep"));
    Files.writeString(folder.resolve("secret"), "s3cret");
    Files.writeString(inside.resolve("fine"), "fine");
    Files.createSymbolicLink(inside.resolve("link"), folder.resolve("secret"));
    Files.createSymbolicLink(inside.resolve("loop"), inside.resolve("loop"));
    String base = folder.resolve("in").toString();
    assertEquals("fine", sent(", \"bodyFile\": \"deep/fine\"", "--body-dir", base).body());
    assertEquals("fine", sent(", \"bodyFile\": \"deep/../deep/fine\"", "--body-dir", base).body());
    for (String name :
        List.of("../secret", "deep/link", folder.resolve("secret").toString(), "/etc/passwd")) {
      assertEquals(
          "'bodyFile': it leads out of --body-dir",
          refused(", \"bodyFile\": \"%s\"".formatted(name), "--body-dir", base));
    }
    refused(", \"bodyFile\": \"deep/loop\"", "--body-dir", base);
    Cli cli = run("", "--body-dir", folder.resolve("none").toString());
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("--body-dir") && cli.err().contains("no such"), cli.err());
  }

  @DisplayName("H27: a file that was exchanged after it was looked at is not sent")
  @Test
  void anExchangedFileIsNotSent() throws IOException {
    Path base = Files.createDirectories(folder.resolve("in"));
    Path outside = Files.createDirectories(folder.resolve("out"));
    Path deep = Files.createDirectory(base.resolve("deep"));
    for (Path each : List.of(deep, outside)) {
      Files.writeString(each.resolve("body"), "s3cret");
      Files.writeString(each.resolve("other"), "0ther!");
    }
    for (Optional<Path> root : List.of(Optional.of(base), Optional.<Path>empty())) {
      BodyFile.Found file = new BodyFile(deep.resolve("body"), root, new UsedFiles()).find();
      assertEquals(6, file.length());
      try (InputStream in = file.open()) {
        assertEquals("s3cret", new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
      Files.move(deep, base.resolve("moved"));
      Files.createSymbolicLink(deep, outside);
      assertThrows(BodyFile.UnusableException.class, file::open);
      Files.delete(deep);
      Files.move(base.resolve("moved"), deep);
      Files.move(deep.resolve("body"), deep.resolve("kept"));
      Files.createSymbolicLink(deep.resolve("body"), outside.resolve("body"));
      assertThrows(BodyFile.UnusableException.class, file::open);
      Files.delete(deep.resolve("body"));
      Files.copy(deep.resolve("other"), deep.resolve("body"));
      assertThrows(BodyFile.UnusableException.class, file::open);
      Files.delete(deep.resolve("body"));
      Files.move(deep.resolve("kept"), deep.resolve("body"));
    }
  }

  @DisplayName("H28: values stay values in a template of JSON")
  @Test
  void valuesStayValuesInJson() {
    String template = "{\"q\": {q}, \"to\": \"Dear {name}, {n}\", \"deep\": [{a.b}], \"no\": {}}";
    Seen seen =
        sent(
            ", \"q\": \"x\\\"}\", \"name\": \"M\u00fcller\\\", \\\"admin\\\": \\\"\", \"n\": 1.10,"
                + " \"a\": {\"b\": {\"c\": null}}",
            "--data-template",
            template);
    assertEquals("POST", seen.method());
    assertEquals("application/json", seen.header("content-type").orElse(""));
    assertEquals(
        "{\"q\": \"x\\\"}\", \"to\": \"Dear M\u00fcller\\\", \\\"admin\\\": \\\", 1.10\","
            + " \"deep\": [{\"c\": null}], \"no\": {}}",
        utf8(seen));
  }

  @DisplayName("H28: a template of text takes values as they are, one of a form encodes them")
  @Test
  void textAndForms() {
    assertEquals("a&b=1 ${x}", sent(", \"x\": \"a&b\"", "--data-template", "{x}=1 ${x}").body());
    Seen seen =
        sent(
            ", \"x\": \"a&b\"",
            "--data-template",
            "v={x}",
            "--header",
            "Content-Type: application/x-www-form-urlencoded; charset=utf-8");
    assertEquals("v=a%26b", seen.body());
    assertEquals(
        "{not json a",
        sent(
                ", \"x\": \"a\"",
                "--data-template",
                "{not json {x}",
                "--header",
                "Content-Type: text/plain")
            .body());
  }

  @DisplayName("H28: a field that is null is told of as null, not as missing")
  @Test
  void nullIsTold() {
    String line = "{\"url\": \"http://127.0.0.1:1/\", \"x\": null}";
    Cli cli = Cli.run(line, "http", "--data-template", "{\"q\": \"a {x}\"}");
    assertTrue(cli.line().get("error").stringValue().contains("field 'x' is null"), cli.out());
    Cli missing = Cli.run(line, "http", "--data-template", "{\"q\": \"a {y}\"}");
    assertTrue(missing.line().get("error").stringValue().contains("no field 'y'"), missing.out());
  }

  @DisplayName("H28: a line's own body stands before the template")
  @Test
  void aBodyOfTheLineStandsFirst() throws IOException {
    Path file = Files.writeString(folder.resolve("t.json"), "[{x}]\n");
    String path = file.toString();
    assertEquals("7", sent(", \"body\": 7", "--data-template-file", path).body());
    assertEquals("a=1", sent(", \"form\": {\"a\": 1}", "--data-template-file", path).body());
    assertEquals("[8]\n", sent(", \"x\": 8", "--data-template-file", path).body());
  }

  @DisplayName("H28: a byte order mark is no part of a template, nor of a header in a file")
  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    Path template = Files.writeString(folder.resolve("t"), "\uFEFF{\"q\": {x}}");
    Path headers = Files.writeString(folder.resolve("h"), "\uFEFFX-First: 1\nX-Second: 2\n");
    Seen seen =
        sent(
            ", \"x\": \"a\\\"b\"",
            "--data-template-file",
            template.toString(),
            "--header-file",
            headers.toString());
    assertEquals("{\"q\": \"a\\\"b\"}", seen.body());
    assertEquals("application/json", seen.header("content-type").orElse(""));
    assertEquals("1", seen.header("x-first").orElse(""));
    assertEquals("2", seen.header("x-second").orElse(""));
  }

  @DisplayName("H28: a line without a field of the template fails alone")
  @Test
  void aMissingFieldCostsItsLine() {
    assertEquals(
        "line 1: it has no field 'x', which --data-template asks for",
        refused("", "--data-template", "[{x}]"));
    assertEquals(
        "line 1: it has no field 'a.b', which --data-template asks for",
        refused(", \"a\": 1", "--data-template", "[\"{a.b}\"]"));
    assertEquals(
        "line 1: its field 'x' is null, which can only be a whole value of JSON in --data-template",
        refused(", \"x\": null", "--data-template", "[\"{x}\"]"));
    assertEquals(
        "line 1: field 'x' has half of a surrogate pair",
        refused(", \"x\": \"\\ud83d\"", "--data-template", "{x}"));
    Cli cli = Cli.run(server.url("/"), "http", "--data-template", "[{x}]");
    assertEquals(1, cli.code());
    assertTrue(cli.out().contains("no field 'x'"), cli.out());
  }

  @DisplayName("H28: a template that begins like JSON and is none is refused, and not shown")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": {x}",
        "{s3cret {x}",
        "[1] s3cret",
        "[\"s3cret\\{x}\"]",
        "{\"a\"{x}: 1}",
        "\"s3cret{x}",
        "{\"price\": {x}.{x}}",
        "{\"a\": -{x}}",
        "{\"a\":1{x}}",
        "{\"a\": {x}e5}",
        "{{x}: 1}",
        "[{x}{x}]",
        "{\"a\":1}{x}"
      })
  void brokenJsonIsRefused(String template) {
    Cli cli = run(", \"x\": 1", "--data-template", template);
    assertEquals(2, cli.code(), cli.out());
    assertTrue(
        cli.err()
            .contains(
                "--data-template: it begins like JSON, but is none, where each place outside of a string is a"
                    + " whole value"),
        cli.err());
    assertEquals(List.of(), server.requests());
    assertFalse(cli.err().contains("s3cret"), cli.err());
  }

  @DisplayName("H28: a template from a file that is not there is refused")
  @Test
  void aMissingTemplateIsRefused() {
    Cli cli = run("", "--data-template-file", folder.resolve("none").toString());
    assertEquals(2, cli.code());
    assertTrue(cli.err().contains("--data-template-file: cannot read"), cli.err());
    cli = run("", "--data-template-file", "x", "--data-template", "y");
    assertTrue(cli.err().contains("exclude each other"), cli.err());
  }

  @DisplayName(
      "H27: a file that says to be empty, and is not, costs its line, and is not sent as an empty body")
  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/environ", "/proc/self/cmdline", "/proc/version"})
  void sizeOfNothing(String file) {
    assumeTrue(Files.exists(Path.of(file)));
    Cli cli = run(", \"bodyFile\": \"" + file + "\"", "--method", "POST");
    assertEquals(1, cli.code(), cli.out());
    assertTrue(cli.out().contains("'bodyFile': its size is said to be 0"), cli.out());
    assertEquals(0, server.requests().size());
  }
}
