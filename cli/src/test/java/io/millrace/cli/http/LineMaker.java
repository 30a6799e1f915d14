package io.millrace.cli.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Makes lines of input by chance: of any bytes, and of parts that mean something. */
final class LineMaker {
  private static final List<String> HOSTS =
      List.of(
          "127.0.0.1",
          "[::1]",
          "127.1",
          "[",
          "]",
          "%",
          "%00",
          "_",
          ".",
          "-",
          "a b",
          "\u00fc",
          "@",
          "u:p@127.0.0.1");
  private static final List<String> PIECES =
      List.of(
          "/",
          "?",
          "#",
          "..",
          ".",
          "%",
          "%zz",
          "%c3%a4",
          "\u00e4",
          "|",
          "{",
          "}",
          "\\",
          "\"",
          " ",
          "\t",
          "\\ud83d",
          "\\u0000",
          ":",
          "//",
          "&",
          "+",
          "\u202e",
          "\ud83d\ude00");
  private static final List<String> NAMES =
      List.of(
          "id",
          "url",
          "method",
          "headers",
          "body",
          "bodyFile",
          "query",
          "form",
          "status",
          "x",
          "",
          "\\ud83d",
          "a\\\"b");
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "1",
          "-1e999",
          "1.0",
          "\"\"",
          "\"GET\"",
          "\"\\ud83d\"",
          "[]",
          "{}",
          "[1,{}]",
          "{\"X\": \"y\"}",
          "{\"X\": [\"y\"]}",
          "{\"\\u0000 &=\\ud83d\": [null, 1.10, false, \"&=+%\"]}",
          "{\"X\": \"&=%00\u00e4\"}",
          "\"/dev/null\"",
          "\"no/such\\u0000file\"",
          "{\"\": 1}",
          "\"a\\nb\"",
          "NaN",
          "'x'",
          "01");

  private final Random random;
  private final int port;

  LineMaker(Random random, int port) {
    this.random = random;
    this.port = port;
  }

  /** Any bytes. */
  byte[] bytes() {
    byte[] line = new byte[random.nextInt(40)];
    random.nextBytes(line);
    return onOneLine(line);
  }

  /** A line of the grammar, perhaps with a few bytes changed. */
  byte[] mutated() {
    String text = random.nextInt(3) == 0 ? url() : json();
    byte[] line = text.getBytes(StandardCharsets.UTF_8);
    for (int changes = random.nextInt(3); changes > 0 && line.length > 0; changes--) {
      line[random.nextInt(line.length)] = (byte) random.nextInt(256);
    }
    return onOneLine(line);
  }

  private String url() {
    StringBuilder url = new StringBuilder(random.nextInt(8) == 0 ? "https:/" : "http://");
    url.append(pick(HOSTS));
    if (random.nextInt(4) > 0) {
      url.append(':').append(random.nextInt(6) == 0 ? 99_999 : port);
    }
    url.append('/');
    for (int pieces = random.nextInt(5); pieces > 0; pieces--) {
      url.append(pick(PIECES));
    }
    return url.toString();
  }

  private String json() {
    StringBuilder json = new StringBuilder("{\"url\": \"").append(url()).append('"');
    for (int fields = random.nextInt(4); fields > 0; fields--) {
      json.append(", \"").append(pick(NAMES)).append("\": ").append(pick(VALUES));
    }
    return json.append(random.nextInt(10) == 0 ? "" : "}").toString();
  }

  private String pick(List<String> all) {
    return all.get(random.nextInt(all.size()));
  }

  private static byte[] onOneLine(byte[] line) {
    for (int index = 0; index < line.length; index++) {
      line[index] = line[index] == '\n' ? (byte) ' ' : line[index];
    }
    return line;
  }
}
