package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.console.Line.Part;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessagesTest {
  private static final String STEERING = "\u001b[2J\u009b1m\u202e\u0007\u2028";

  @DisplayName(
      "H10: texts to standard error steer no terminal, however they are printed; bytes go through")
  @Test
  void textsAreEscapedAndBytesAreNot() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err =
        Streams.of(
                new ByteArrayInputStream(new byte[0]),
                Cli.utf8(new ByteArrayOutputStream()),
                Cli.utf8(bytes),
                Map.of())
            .err();
    err.print("\u001b\n");
    err.print('\u009b');
    err.print(new char[] {'\u0007'});
    err.print((Object) "\u202e");
    err.printf("%s", "\u2028");
    err.append("\ud800");
    err.println("\u001b");
    err.println((Object) "a\tb \u00e9\ud83d\ude00");
    err.writeBytes(new byte[] {27, 10});
    err.flush();
    assertEquals(
        "\\u001b\\n\\u009b\\u0007\\u202e\\u2028\\ud800\\u001b\na\tb \u00e9\ud83d\ude00\n\u001b\n",
        bytes.toString(StandardCharsets.UTF_8));
  }

  @DisplayName("H10: nothing in the line that shows the progress steers the terminal")
  @Test
  void theLineIsEscaped() {
    assertEquals("a\\u001b[2J", new Line(java.util.List.of(Part.of(0, "a\u001b[2J"))).full());
  }

  private static void assertHarmless(Cli cli) {
    String err = cli.err().replace("\n", "");
    assertTrue(err.codePoints().noneMatch(MessagesTest::isSteering), err);
    assertTrue(err.contains("\\u001b"), err);
    assertFalse(err.isEmpty());
  }

  private static boolean isSteering(int point) {
    int type = Character.getType(point);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.SURROGATE;
  }

  @DisplayName("H10: keys, versions and fields in refusals are escaped")
  @Test
  void refusals(@TempDir Path folder) {
    String checkpoint = folder.resolve("checkpoint").toString();
    String item = "{\"k\": \"\\u001b[2J\\u009b\\u202e\\n\"}\n";
    assertHarmless(
        Cli.run(item + item, "run", "--checkpoint", checkpoint, "--key", "k", "--", "true", "{k}"));
    assertHarmless(
        Cli.run(
            item,
            "run",
            "--checkpoint",
            checkpoint,
            "--key",
            "k",
            "--checkpoint-version",
            STEERING,
            "--",
            "true",
            "{k}"));
    assertHarmless(Cli.run("{}\n", "run", "--per-key", "k" + STEERING + "=1", "--", "true", "{k}"));
    assertHarmless(
        Cli.run(
            "", "info", folder.resolve("no\u001b[2J\u0007").toString())); // any locale can name it
  }
}
