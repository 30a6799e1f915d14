package io.millrace.cli.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteTextTest {
  @DisplayName("C2: UTF-8 is the text that it says")
  @Test
  void utf8() {
    String text = "Gr\u00fc\u00dfe \u65e5 \ud83d\ude00";
    assertEquals(text, ByteText.of(text.getBytes(StandardCharsets.UTF_8)));
    assertTrue(ByteText.isUtf8(text));
    assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), ByteText.bytes(text));
  }

  @DisplayName("C2: bytes that are no UTF-8 are not lost")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "fc", "61ff62", "c3", "c3c3a9", "e697", "f09f98", "edb3bf", "eda080", "c080", "80"
      })
  void others(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    String text = ByteText.of(bytes);
    assertFalse(ByteText.isUtf8(text));
    assertArrayEquals(bytes, ByteText.bytes(text));
  }

  @DisplayName("C2: any bytes come back")
  @Test
  void any() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      assertArrayEquals(bytes, ByteText.bytes(ByteText.of(bytes)), HexFormat.of().formatHex(bytes));
    }
  }
}
