package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.http.LostException.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.NotImplementedException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.StreamClosedException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.UnsupportedHttpVersionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that send what no honest one does. */
class HostileServerTest {
  private static final String UNPACKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final String PACKED =
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";

  /** Something that never ends, and comes without pause. */
  enum Flood {
    INTERIM_ANSWERS("", "HTTP/1.1 103 Early Hints\r\nLink: " + "x".repeat(50_000) + "\r\n\r\n"),
    CHUNK_EXTENSIONS(UNPACKED, "1;" + "x".repeat(8_000) + "\r\nA\r\n"),
    EMPTY_GZIP_MEMBERS(PACKED, emptyMember().repeat(3_000)),
    GZIP_NAME(PACKED, "\u001f\u008b\b\b\0\0\0\0\0\u0003", "A".repeat(1 << 16)),
    TRAILERS(UNPACKED + "0\r\n", "X: y\r\n");

    private final String start;
    private final String again;

    Flood(String start, String again) {
      this.start = start;
      this.again = again;
    }

    Flood(String head, String start, String again) {
      this(head + start, again);
    }

    RawServer server() {
      return RawServer.start(
          (_, _, answer) -> {
            answer.write(start);
            while (true) {
              answer.write(again);
            }
          });
    }
  }

  private static String emptyMember() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      new GZIPOutputStream(bytes).close();
    } catch (IOException never) {
      throw new AssertionError(never);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  @DisplayName("H24: a server that sends without pause is cut off by --timeout, or by a bound")
  @ParameterizedTest
  @EnumSource(Flood.class)
  void noFloodOutlivesTheTimeout(Flood flood) {
    try (RawServer server = flood.server()) {
      Cli cli =
          Cli.run(
              server.url("/"),
              "http",
              "--retries",
              "0",
              "--timeout",
              "1s",
              "--max-body",
              "100000000");
      assertEquals(1, cli.code());
      String error = cli.line().get("error").stringValue();
      assertTrue(error.matches("timed out: --timeout|.*too many.*|.*--max-body.*"), error);
      assertTrue(cli.line().get("millis").intValue() < 20_000, cli.out());
      assertFalse(cli.err().contains("Abandoned"), cli.err());
      assertTrue(cli.err().contains(error), cli.err());
    }
  }

  @DisplayName("H24: the end of a run cuts off a server that sends without pause")
  @Test
  void noFloodOutlivesTheRun() {
    try (RawServer server = Flood.CHUNK_EXTENSIONS.server()) {
      Cli cli = Cli.run(server.url("/"), "http", "--run-timeout", "500ms");
      assertEquals(3, cli.code());
      assertEquals("cut off by --run-timeout", cli.line().get("error").stringValue());
    }
  }

  @DisplayName("H24: what announces or packs an answer is bounded, whatever the time")
  @Test
  void whatIsNoBodyIsBounded() {
    try (RawServer interim =
            RawServer.start(
                (_, _, answer) -> {
                  answer.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(2_000));
                  answer.hang();
                });
        RawServer members = Flood.EMPTY_GZIP_MEMBERS.server();
        RawServer name = Flood.GZIP_NAME.server()) {
      Cli cli =
          Cli.run(
              String.join("\n", interim.url("/"), members.url("/"), name.url("/")),
              "http",
              "--retries",
              "0",
              "--max-body",
              "1000");
      assertTrue(cli.line(1).get("error").stringValue().contains("interim"), cli.out());
      for (int line : new int[] {2, 3}) {
        String error = cli.line(line).get("error").stringValue();
        assertTrue(error.contains("--max-body"), error);
      }
    }
  }

  @DisplayName("H8: headers behind a body are bounded as those in front of it")
  @ParameterizedTest
  @ValueSource(strings = {"long", "many"})
  void trailersAreBounded(String how) {
    String trailers =
        how.equals("long")
            ? ("X: " + "y".repeat(60_000) + "\r\n").repeat(7)
            : "X: y\r\n".repeat(300);
    try (RawServer server =
        RawServer.start(
            (_, _, answer) -> {
              answer.write(UNPACKED + "1\r\na\r\n0\r\n" + trailers).hang();
            })) {
      Cli cli = Cli.run(server.url("/"), "http", "--retries", "0");
      assertEquals(
          "the headers of the answer are too many or too long",
          cli.line().get("error").stringValue());
    }
    try (RawServer server =
        RawServer.start((_, _, answer) -> answer.write(UNPACKED + "1\r\na\r\n0\r\nX: y\r\n\r\n"))) {
      assertEquals("a", Cli.run(server.url("/"), "http").line().get("body").stringValue());
    }
  }

  @DisplayName(
      "a server of another protocol is known by its first line: nothing more is waited for")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-server",
        "220 mail.example ESMTP",
        "ICY 200 OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 000 OK"
      })
  void otherProtocols(String line) {
    try (RawServer server = RawServer.start((_, _, answer) -> answer.write(line + "\r\n").hang())) {
      Cli cli = Cli.run(server.url("/"), "http", "--retries", "0", "--timeout", "1m");
      assertEquals(
          "not HTTP: the status line or a header is malformed",
          cli.line().get("error").stringValue());
    }
  }

  @DisplayName(
      "what another protocol says is known also if it is no line, and nothing comes after it")
  @ParameterizedTest
  @ValueSource(strings = {"\25\3\3\0\2\2\106", "Too many connections", "   <html>"})
  void otherProtocolsWithoutLines(String text) {
    try (RawServer server = RawServer.start((_, _, answer) -> answer.write(text).close())) {
      Cli cli = Cli.run(server.url("/"), "http", "--retries", "0");
      assertEquals(
          "not HTTP: the status line or a header is malformed",
          cli.line().get("error").stringValue());
    }
  }

  @DisplayName("the same Content-Length may come several times, and different ones are refused")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Length: 1\\r\\nContent-Length: 1 | body | a",
        "Content-Length: 1, 1 | body | a",
        "Content-Length: 1\\r\\nContent-Length: 2 | error | the answer has more than one Content-Length",
        "Content-Length: 2, 1 | error | the answer has more than one Content-Length",
        "Content-Length: 1, | error | the Content-Length of the answer is no number",
        "Content-Length: -1 | error | the Content-Length of the answer is no number"
      })
  void lengths(String headers, String field, String value) {
    String head = headers.strip().replace("\\r", "\r").replace("\\n", "\n");
    try (RawServer server =
        RawServer.start(
            (_, _, answer) -> answer.write("HTTP/1.1 200 OK\r\n" + head + "\r\n\r\na").hang())) {
      Cli cli = Cli.run(server.url("/"), "http", "--retries", "0", "--timeout", "1m");
      assertEquals(value, cli.line().get(field).stringValue());
    }
  }

  @DisplayName("codings that are none, or that are said twice, are read as curl reads them")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Transfer-Encoding: chunked|Transfer-Encoding: chunked; 4|good|0||",
        "Transfer-Encoding: chunked, Chunked; 4|good|0||",
        "Transfer-Encoding: identity, chunked; 4|good|0||",
        "Transfer-Encoding: identity|Content-Length: 4; good",
        "Content-Encoding: none|Content-Length: 4; good"
      })
  void noCodings(String headers, String body) {
    String answer = ("HTTP/1.1 200 OK|" + headers + "||" + body).replace("|", "\r\n");
    try (RawServer server = RawServer.start((_, _, client) -> client.write(answer))) {
      Cli cli = Cli.run(server.url("/"), "http", "--retries", "0", "--timeout", "5s");
      assertEquals("good", cli.line().path("body").stringValue(), cli.out());
      assertFalse(cli.line().has("bodyEncoding"), cli.out());
    }
  }

  @DisplayName(
      "H25: the size of a chunk has no sign; what stands behind the chunks may begin with one")
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "+4|good|0||; error; not HTTP: a chunk of the body is malformed",
        "4|good|-0||; error; not HTTP: a chunk of the body is malformed",
        "'4;a=+4|good|0|-X: y|+4: z||'; body; good"
      })
  void chunkSizes(String body, String field, String value) {
    String answer = "HTTP/1.1 200 OK|Transfer-Encoding: chunked||" + body;
    try (RawServer server =
        RawServer.start((_, _, client) -> client.write(answer.replace("|", "\r\n")))) {
      Cli cli = Cli.run(server.url("/"), "http", "--retries", "0", "--timeout", "5s");
      assertEquals(value, cli.line().path(field).stringValue(), cli.out());
    }
  }

  @DisplayName("an answer that ends before its head does, or within the size of a chunk, is lost")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK|Location: /x|X: y||",
        "HTTP/1.1 103 Early|X: y||HTTP/1.1 204 No|X: y||",
        "HTTP/1.0 302 Some|Location: /x|Content-Length: 0||",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||000a|0123456789|000|"
      })
  void cutAnswers(String answer) {
    String whole = answer.replace("|", "\r\n");
    try (RawServer server =
        RawServer.start(
            (request, _, client) -> {
              int length = Integer.parseInt(request.target().substring(1));
              client.write(whole.substring(0, length)).close();
            })) {
      String in =
          IntStream.range(0, whole.length())
              .mapToObj(length -> server.url("/" + length))
              .collect(Collectors.joining("\n"));
      Cli cli = Cli.run(in, "http", "--retries", "0", "--ordered");
      assertEquals(whole.length(), cli.lines().size());
      cli.lines().forEach(line -> assertFalse(line.path("error").isMissingNode(), cli.out()));
      assertEquals(
          "the connection was closed without an answer",
          cli.lines().getFirst().path("error").stringValue());
      assertEquals(whole.length(), server.requests().size(), "a part of a redirect is followed");
    }
  }

  @DisplayName("a switch to another protocol, for which nobody has asked, is not waited for")
  @Test
  void switched() {
    try (RawServer server =
        RawServer.start(
            (_, _, answer) -> {
              answer.write("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
              answer.hang();
            })) {
      Cli cli = Cli.run(server.url("/"), "http", "--retries", "0");
      assertTrue(cli.line().path("error").stringValue().contains("protocol"), cli.out());
    }
  }

  @DisplayName("a byte 0 or a carriage return in a header of an answer is a space (RFC 9110, 5.5)")
  @Test
  void controlsInHeaders() {
    try (RawServer server =
        RawServer.start(
            (_, _, answer) ->
                answer
                    .write("HTTP/1.1 200 OK\r\nX-A: a\0b\rX-B: c\r\nContent-Length: 0\r\n\r\n")
                    .hang())) {
      Cli cli = Cli.run(server.url("/"), "http", "--include", "X-A");
      assertEquals("a b X-B: c", cli.line().get("headers").get("x-a").stringValue());
    }
  }

  /** Answers that are none; each has a secret where the HTTP library could quote it. */
  private static final List<String> BROKEN =
      List.of(
          "HTTP/1.1 200 OK\r\nSet-Cookie session=SECRET\u001b[31m\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\n SECRET\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: SECRET\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1SECRET\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1, SECRET\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: +6\r\n\r\nSECRET",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: SECRET\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nSECRET",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nSECRET\u0007\r\nxx\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nSECRET\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSECRET\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nSECRET",
          "HTTP/1.1 SECRET\r\n\r\n",
          "HTTP/1.1 099 SECRET\r\n\r\n",
          "HTTP/1.1 -5 SECRET\r\n\r\n",
          "HTTP/SECRET 200 OK\r\n\r\n",
          "HTTP/9.9 200 SECRET\r\n\r\n",
          "HTTP/1.1 500 SECRET\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 302 SECRET\r\nLocation: ftp://SECRET/\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 302 SECRET\r\nLocation: http://SECRET:SECRET/\r\nContent-Length: 0\r\n\r\n",
          "SECRET\r\n\r\n",
          "SECRET");

  @DisplayName(
      "H25: nothing of an answer that is none gets into errors, logs, reports or checkpoints")
  @Test
  void noErrorQuotesTheWire(@TempDir Path folder) throws IOException {
    try (RawServer server =
        RawServer.start(
            (request, _, answer) -> {
              int which = Integer.parseInt(request.target().substring(1));
              answer.write(BROKEN.get(which)).close();
            })) {
      String in =
          IntStream.range(0, BROKEN.size())
              .mapToObj(which -> server.url("/" + which))
              .collect(Collectors.joining("\n"));
      Cli cli =
          Cli.run(
              in,
              "http",
              "--retries",
              "1",
              "--log",
              folder.resolve("log").toString(),
              "--report",
              folder.resolve("report").toString(),
              "--checkpoint",
              folder.resolve("checkpoint").toString());
      assertEquals(1, cli.code());
      assertEquals(BROKEN.size(), cli.lines().size());
      List<String> all = new ArrayList<>(List.of(cli.out(), cli.err()));
      for (String file : List.of("log", "report", "checkpoint")) {
        all.add(Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1));
      }
      for (String text : all) {
        int at = text.indexOf("SECRET");
        assertEquals(-1, at, () -> text.substring(Math.max(0, at - 200), at + 20));
      }
      cli.lines().forEach(line -> assertFalse(line.get("error").stringValue().isBlank()));
    }
  }

  @DisplayName("H25: no message of the HTTP library is passed on")
  @Test
  void noMessageOfTheLibraryIsPassedOn() {
    List<Exception> errors =
        List.of(
            new HttpException("SECRET"),
            new ProtocolException("SECRET"),
            new ParseException("SECRET"),
            new NotImplementedException("SECRET"),
            new UnsupportedHttpVersionException("SECRET"),
            new MalformedChunkCodingException("SECRET"),
            new TruncatedChunkException("SECRET"),
            new ConnectionClosedException("SECRET"),
            new NoHttpResponseException("SECRET"),
            new MessageConstraintException("SECRET"),
            new StreamClosedException("SECRET"),
            new SSLPeerUnverifiedException("SECRET"),
            new SSLException("x", new CertificateException("SECRET")),
            new IOException("SECRET"),
            new IOException("x", new IOException("SECRET")),
            new IllegalArgumentException("SECRET"));
    for (Exception error : errors) {
      for (Stage stage : Stage.values()) {
        String text = LostText.of(stage, error);
        assertFalse(text.contains("SECRET"), error + ": " + text);
      }
      assertFalse(ErrorText.of(error).contains("SECRET"), error.toString());
    }
  }
}
