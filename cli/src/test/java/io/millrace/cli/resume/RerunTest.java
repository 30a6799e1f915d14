package io.millrace.cli.resume;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.base.Visible;
import io.millrace.cli.text.ByteText;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The command line that people copy from a terminal into a shell. */
class RerunTest {
  private static final List<String> WORDS =
      List.of(
          "plain",
          "",
          "it's",
          "echo a\n\necho b\n",
          "\ttab",
          "\u001b[31m",
          "a\r\nb",
          "'\u001f'",
          "\u202eevil",
          "\ud83d\udc68\u200d\ud83d\udc67",
          "\u2028",
          ByteText.of(new byte[] {'x', (byte) 0xff, (byte) 0xfe, 'y'}));

  @DisplayName(
      "M14: what is printed is what a shell takes for the same words, and nothing in it is escaped when it is shown")
  @Test
  void typedWords() throws Exception {
    String text = Rerun.of("program", WORDS).text();
    String shown = text.lines().map(Visible::of).collect(Collectors.joining("\n"));
    assertEquals(text, shown);
    Process shell = new ProcessBuilder("sh").redirectErrorStream(true).start();
    try (OutputStream typed =
        shell.getOutputStream()) { // as an argument it would depend on the locale
      typed.write(
          ("program() { printf '%s\\0' \"$@\"; }\n" + shown).getBytes(StandardCharsets.UTF_8));
    }
    byte[] taken = shell.getInputStream().readAllBytes();
    ByteArrayOutputStream given = new ByteArrayOutputStream();
    WORDS.forEach(word -> given.writeBytes(zeroAfter(word)));
    assertArrayEquals(given.toByteArray(), taken, new String(taken, StandardCharsets.UTF_8));
  }

  private static byte[] zeroAfter(String word) {
    return ByteText.bytes(word + "\0");
  }
}
