package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What came of one call of the command.
 *
 * @param code the exit code
 */
public record Cli(int code, String out, String err) {

  /** Calls the command with a standard input. */
  public static Cli run(String in, String... args) {
    return run(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), args);
  }

  public static Cli run(InputStream in, String... args) {
    return run(Map.of(), in, args);
  }

  /** Calls the command with environment variables; by default there are none. */
  public static Cli run(Map<String, String> environment, String in, String... args) {
    return run(environment, new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), args);
  }

  private static Cli run(Map<String, String> environment, InputStream in, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Main.run(environment, in, utf8(out), utf8(err), args);
    Cli result =
        new Cli(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    assertFalse(result.err.contains("\tat "), "a stack trace: " + result.err);
    assertFalse(result.err.contains("defect"), result.err);
    return result;
  }

  public static PrintStream utf8(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** The lines of standard output, as they came. */
  public List<JsonNode> lines() {
    return out.lines().map(JsonMapper.shared()::readTree).toList();
  }

  /** The only line of standard output. */
  public JsonNode line() {
    List<JsonNode> all = lines();
    if (all.size() != 1) {
      throw new AssertionError("not one line, but " + out + err);
    }
    return all.getFirst();
  }

  /** The line with this id. */
  public JsonNode line(int id) {
    return lines().stream()
        .filter(line -> line.get("id").isInt() && line.get("id").intValue() == id)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line " + id + " in " + out));
  }
}
