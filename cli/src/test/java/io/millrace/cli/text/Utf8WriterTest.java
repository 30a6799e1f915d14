package io.millrace.cli.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8WriterTest {
  @Test
  void longTextsAreCutInPartsWithoutHarmToTheirCharacters() {
    for (String character : new String[] {"a", "\u00e4", "\u20ac", "\ud83d\ude00"}) {
      for (int shift = 0; shift < 3; shift++) {
        String text = "x".repeat(shift) + character.repeat(20_000) + "y";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Utf8Writer writer = new Utf8Writer(out)) {
          writer.write("<", 0, 1);
          writer.write(text, 0, text.length());
          writer.write(text.toCharArray(), 0, shift);
        }
        byte[] expected = ("<" + text + text.substring(0, shift)).getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(expected, out.toByteArray());
      }
    }
  }

  @Test
  void whatIsWrittenIsThereAfterAFlush() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Utf8Writer writer = new Utf8Writer(out)) {
      writer.write("one", 0, 3);
      writer.flush();
      assertEquals("one", out.toString(StandardCharsets.UTF_8));
      writer.write("two", 0, 3);
    }
    assertEquals("onetwo", out.toString(StandardCharsets.UTF_8));
  }
}
