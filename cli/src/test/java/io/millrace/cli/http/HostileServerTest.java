package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
}
