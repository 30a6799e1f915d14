package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.RawServer.Seen;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What goes out, and what comes back. */
@NoLeaks
class PayloadTest {
  private RawServer server = RawServer.start((request, number, answer) -> answer.send(200, "ok"));

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void start(RawServer.Script script) {
    server.close();
    server = RawServer.start(script);
  }

  private Seen sent(String method, String more) {
    String line = "{\"method\": \"%s\", \"url\": \"%s\"%s}";
    Cli cli = Cli.run(line.formatted(method, server.url("/"), more), "http");
    assertEquals(0, cli.code(), cli.out() + cli.err());
    return server.requests().getLast();
  }

  @DisplayName("H5: a JSON body goes out as it was written")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":12345678901234567.89}",
        "[1E400, -0, -0.0, 1.10, 1e5, 0.1e-2]",
        "{ \"b\" : 1 ,\t\"a\" : [ ] }",
        "{\"a\":1,\"a\":2}",
        "[\"\\u00e4\\/\\ud83d\\ude00\"]",
        "12345678901234567890.5",
        "true",
        "{\"lone\":\"\\ud83d\"}",
        "\t[ ]",
      })
  void jsonGoesOutAsItWasWritten(String json) {
    Seen request = sent("POST", ", \"body\":" + json + " ");
    assertEquals(json.strip(), request.body());
    assertEquals("application/json", request.header("content-type").orElse(""));
  }

  @DisplayName("H5: a text body goes out as it was meant, in UTF-8")
  @Test
  void textGoesOutInUtf8() {
    Seen request = sent("POST", ", \"body\": \"\\u00e4\u00e4\\n\\ud83d\\ude00\"");
    byte[] bytes = request.body().getBytes(StandardCharsets.ISO_8859_1);
    assertEquals("\u00e4\u00e4\n\ud83d\ude00", new String(bytes, StandardCharsets.UTF_8));
    assertTrue(request.header("content-type").isEmpty());
  }

  @DisplayName("H6: a request without content says nothing about content")
  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "Odd"})
  void noContentHasNoHeaders(String method) {
    Seen request = sent(method, "");
    List<String> about =
        request.headers().stream()
            .filter(header -> header.toLowerCase(Locale.ROOT).matches("(content|transfer)-.*"))
            .toList();
    assertEquals(List.of(), about);
  }

  @DisplayName("H6: POST, PUT and PATCH without content say so, and content has its length")
  @Test
  void contentHasItsLength() {
    for (String method : List.of("POST", "PUT", "PATCH")) {
      assertEquals("0", sent(method, "").header("content-length").orElse(""));
    }
    assertEquals("0", sent("POST", ", \"body\": \"\"").header("content-length").orElse(""));
    assertEquals("2", sent("DELETE", ", \"body\": \"\u00e4\"").header("content-length").orElse(""));
  }

  @Test
  void headersAreThoseOfCurl() {
    Seen request = sent("GET", "");
    assertEquals(
        List.of("Host: 127.0.0.1:" + server.port(), "User-Agent: millrace", "Accept: */*"),
        request.headers());
  }

  @Test
  void aHeaderIsSentInUtf8AndHostCanBeGiven() {
    Seen request = sent("GET", ", \"headers\": {\"X\": \"\u00e4\", \"Host\": \"other\"}");
    assertEquals("\u00c3\u00a4", request.header("x").orElse(""));
    assertEquals(
        1, request.headers().stream().filter(header -> header.startsWith("Host:")).count());
    assertEquals("other", request.header("host").orElse(""));
  }

  @DisplayName("H5: a header goes out in UTF-8, byte for byte")
  @ParameterizedTest
  @ValueSource(
      strings = {"Gr\u00f6\u00dfe", "\u20ac", "\u041f\u65e5\u672c", "\ud83d\ude00\u0080\u009f"})
  void headersGoOutInUtf8(String value) {
    Seen request = sent("GET", ", \"headers\": {\"X\": \"" + value + "\"}");
    byte[] bytes = request.header("x").orElse("").getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(value, new String(bytes, StandardCharsets.UTF_8));
  }

  @DisplayName("H10: nothing in an answer steers the terminal")
  @Test
  void controlCharactersAreEscaped() {
    String body =
        "a\u001b[2J\u007f\u009b\u0085\u202e\u200f\u2028\u2066\ufeff\u061c\u00ad\udb40\udc01z\"\\\n\t";
    start(
        (request, number, answer) ->
            answer.send(
                200,
                new String(body.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
                "X: \u00c2\u009b\u00e2\u0080\u00ae"));
    Cli cli = Cli.run(server.url("/\u00ad"), "http", "--include", "x");
    assertEquals(body, cli.line().get("body").stringValue());
    assertEquals("\u009b\u202e", cli.line().get("headers").get("x").stringValue());
    List<Integer> steering =
        cli.out()
            .strip()
            .codePoints()
            .filter(
                point ->
                    point < ' '
                        || Character.getType(point) == Character.CONTROL
                        || Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.LINE_SEPARATOR)
            .boxed()
            .toList();
    assertEquals(List.of(), steering);
  }

  @DisplayName("H10: what passes on from a line is escaped as well, and means the same")
  @Test
  void passedOnTextIsEscaped() {
    String line =
        "{\"id\": \"\u009b\", \"url\": \"%s\", \"note\": {\"\u202e\": [\"\u007f\", 1.10]}}";
    Cli cli = Cli.run(line.formatted(server.url("/")), "http");
    assertFalse(cli.out().matches("(?s).*[\u009b\u202e\u007f].*"), cli.out());
    assertEquals("\u009b", cli.line().get("id").stringValue());
    assertEquals("\u007f", cli.line().get("note").get("\u202e").get(0).stringValue());
    assertTrue(cli.out().contains("1.10"), cli.out());
  }

  @DisplayName("H11: fields that mean nothing to the command pass on; those of the answer win")
  @Test
  void otherFieldsPassOn() {
    String line =
        "{\"url\": \"%s\", \"tag\": [1.0, null], \"status\": 7, \"error\": \"old\", \"n\": 1e400}";
    Cli cli = Cli.run(line.formatted(server.url("/")), "http");
    JsonNode answer = cli.line();
    assertTrue(cli.out().contains("\"tag\":[1.0, null]"), cli.out());
    assertTrue(cli.out().contains("\"n\":1e400"), cli.out());
    assertEquals(200, answer.get("status").intValue());
    assertNull(answer.get("error"));
  }

  @DisplayName("H11: fields pass on from malformed lines, too")
  @Test
  void otherFieldsPassOnFromMalformedLines() {
    Cli cli = Cli.run("{\"id\": 7, \"url\": \"nonsense\", \"tag\": \"t\"}", "http");
    assertEquals("t", cli.line(7).get("tag").stringValue());
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String packed(String coding, String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (coding) {
          case "gzip", "x-gzip" -> new GZIPOutputStream(bytes);
          case "deflate" -> new DeflaterOutputStream(bytes);
          default -> new DeflaterOutputStream(bytes, new Deflater(9, true));
        }) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException never) {
      throw new AssertionError(never);
    }
    return latin(bytes.toByteArray());
  }

  @DisplayName("H11: compressed answers are unpacked, asked for or not")
  @ParameterizedTest
  @CsvSource({"gzip, gzip", "x-gzip, x-gzip", "GZIP, gzip", "deflate, deflate", "deflate, raw"})
  void compressedAnswersAreUnpacked(String said, String coding) {
    String text = "gr\u00fc\u00df".repeat(2_000);
    start(
        (request, number, answer) ->
            answer.send(200, packed(coding, text), "Content-Encoding: " + said));
    Cli cli = Cli.run(server.url("/"), "http");
    assertEquals(text, cli.line().get("body").stringValue());
    assertTrue(server.requests().getFirst().header("accept-encoding").isEmpty());
    Cli.run(server.url("/"), "http", "--compressed");
    assertEquals("gzip, deflate", server.requests().getLast().header("accept-encoding").orElse(""));
  }

  @DisplayName("H11: all lines of Content-Encoding are one list")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"gzip;gzip", "gzip, identity;GZIP", "identity;gzip, gzip", "br;gzip", "gzip;br"})
  void codingsInSeveralLines(String first, String second) {
    start(
        (request, number, answer) ->
            answer.send(
                200,
                "xyz",
                "Content-Encoding: " + first,
                "X-Other: 1",
                "content-encoding: " + second));
    JsonNode line = Cli.run(server.url("/"), "http").line();
    String codings =
        (first + ", " + second).toLowerCase(Locale.ROOT).replaceAll("identity, |, identity", "");
    assertEquals(codings, line.get("contentEncoding").stringValue());
    assertEquals("eHl6", line.get("body").stringValue());
  }

  @DisplayName("H11: codings that change nothing are no codings")
  @Test
  void identityBesideACoding() {
    start(
        (request, number, answer) ->
            answer.send(
                200,
                packed("gzip", "abc"),
                "Content-Encoding: identity",
                "Content-Encoding: gzip, "));
    assertEquals("abc", Cli.run(server.url("/"), "http").line().get("body").stringValue());
  }

  @DisplayName("H11: a coding that nobody here knows is said")
  @Test
  void anUnknownCodingIsSaid() {
    start((request, number, answer) -> answer.send(200, "xyz", "Content-Encoding: br"));
    JsonNode line = Cli.run(server.url("/"), "http").line();
    assertEquals("br", line.get("contentEncoding").stringValue());
    assertEquals("base64", line.get("bodyEncoding").stringValue());
    assertEquals("eHl6", line.get("body").stringValue());
  }

  @DisplayName("H11: an answer that is not in the coding that it says is a failure")
  @Test
  void aBrokenCodingIsAFailure() {
    start((request, number, answer) -> answer.send(200, "no gzip", "Content-Encoding: gzip"));
    Cli cli = Cli.run(server.url("/"), "http");
    assertEquals(1, cli.code());
    assertEquals(
        "the body is not the gzip that it claims to be", cli.line().get("error").stringValue());
    assertEquals(1, server.requests().size());
  }

  @DisplayName("H16: what stands behind packed data is a failure, as for curl, and no next answer")
  @ParameterizedTest
  @CsvSource({
    "gzip, gzip, XX, false",
    "gzip, gzip, 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nFORGED', false",
    "gzip, gzip, zeros, false",
    "gzip, gzip, again, true",
    "deflate, deflate, XX, false",
    "deflate, deflate, zeros, false",
    "deflate, raw, XXXX, true",
    "deflate, raw, XXXXX, false",
    "deflate, raw, zeros, false",
  })
  void whatStandsBehindPackedDataIsAFailure(
      String said, String coding, String behind, boolean isFine) {
    String packed = packed(coding, "text");
    String more =
        switch (behind) {
          case "zeros" -> "\0".repeat(20_000) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
          case "again" -> packed;
          default -> behind;
        };
    start(
        (request, number, answer) -> {
          if (number == 1) {
            answer.send(200, packed + more, "Content-Encoding: " + said);
          } else {
            answer.send(200, "own");
          }
        });
    Cli cli = Cli.run((server.url("/") + "\n").repeat(2), "http", "--jobs", "1");
    JsonNode first = cli.line(1);
    if (isFine) {
      assertEquals(behind.equals("again") ? "texttext" : "text", first.get("body").stringValue());
    } else {
      assertEquals(
          "the body is not the " + said + " that it claims to be",
          first.get("error").stringValue());
    }
    assertEquals("own", cli.line(2).get("body").stringValue());
  }

  @DisplayName("H16: a packed answer in chunks is read to its end, and its connection used again")
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "raw"})
  void aPackedAnswerInChunksIsReadToItsEnd(String coding) {
    String packed = packed(coding, "text");
    String said = coding.equals("gzip") ? coding : "deflate";
    start(
        (request, number, answer) ->
            answer
                .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n")
                .write("Content-Encoding: " + said + "\r\n\r\n")
                .write(Integer.toHexString(packed.length()) + "\r\n" + packed + "\r\n")
                .write("0\r\n\r\n"));
    Cli cli = Cli.run((server.url("/") + "\n").repeat(3), "http", "--jobs", "1");
    assertEquals("text", cli.line(3).get("body").stringValue());
    assertEquals(1, server.requests().getLast().connection());
  }

  @DisplayName("H11: all that a gzip header may have is read over, and damage is noticed")
  @Test
  void gzipHeadersAreReadOver() {
    String packed = packed("gzip", "text");
    String withAll =
        "\u001f\u008b\b\u001e" + "\0".repeat(6) + "\u0003\0abc" + "name\0" + "comment\0" + "xx";
    String damaged =
        packed.substring(0, packed.length() - 8) + "\1" + packed.substring(packed.length() - 7);
    start(
        (request, number, answer) ->
            answer.send(
                200,
                number == 1 ? withAll + packed.substring(10) : damaged,
                "Content-Encoding: gzip"));
    assertEquals("text", Cli.run(server.url("/"), "http").line().get("body").stringValue());
    assertEquals(1, Cli.run(server.url("/"), "http").code());
  }

  @DisplayName("H8: a small answer that unpacks to a huge one is cut off by --max-body")
  @Test
  void aBombIsCutOff() {
    String packed = packed("gzip", "0".repeat(50_000_000));
    start((request, number, answer) -> answer.send(200, packed, "Content-Encoding: gzip"));
    Cli cli = Cli.run(server.url("/"), "http", "--max-body", "1000000");
    assertEquals(
        "the body is larger than 1000000 bytes: see --max-body",
        cli.line().get("error").stringValue());
  }

  @DisplayName("H2: --include has headers of the answer written")
  @Test
  void headersOfTheAnswerCanBeIncluded() {
    start(
        (request, number, answer) ->
            answer.send(200, "", "ETag: \"7\"", "Set-Cookie: a", "set-cookie: b"));
    JsonNode some = Cli.run(server.url("/"), "http", "--include", "etag,Set-Cookie,X").line();
    assertEquals("\"7\"", some.get("headers").get("etag").stringValue());
    assertEquals(2, some.get("headers").get("set-cookie").size());
    assertEquals(2, some.get("headers").size());
    JsonNode all = Cli.run(server.url("/"), "http", "--include", "*").line();
    assertEquals(3, all.get("headers").size());
    assertNull(Cli.run(server.url("/"), "http").line().get("headers"));
  }
}
