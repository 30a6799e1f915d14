package io.millrace.engine.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  record Prompt(String model, String text, double temperature) {}

  record Renamed(String name, String body, double heat) {}

  record Holder(Object value) {}

  @Test
  @DisplayName("A92 values that differ have different fingerprints, also across types")
  void differs() {
    List<Object> values =
        Arrays.asList(
            null,
            "",
            "1",
            "a",
            "\uD800",
            "\uD801",
            "\uFFFD",
            1,
            1L,
            (short) 1,
            (byte) 1,
            1.0,
            1.0f,
            BigInteger.ONE,
            BigDecimal.ONE,
            new BigDecimal("1.0"),
            true,
            false,
            '1',
            TimeUnit.DAYS,
            new UUID(0, 1),
            new UUID(1, 0),
            URI.create("1"),
            new byte[0],
            new byte[] {1},
            List.of(),
            List.of("1"),
            List.of(List.of("1")),
            List.of("", "1"),
            List.of("1", ""),
            Map.entry("", "1"),
            new Holder(null),
            new Holder("1"),
            new Holder(new Holder("1")),
            new Prompt("m", "t", 0.5),
            new Prompt("mt", "", 0.5),
            new Prompt("m", "t", 0.25));
    Map<String, Object> seen = new HashMap<>();
    for (Object value : values) {
      Object other = seen.put(hex(value), String.valueOf(value));
      assertEquals(null, other, "the same as " + value);
    }
  }

  @Test
  @DisplayName("A92 equal values have the same fingerprint; names of records do not count")
  void isTheSame() {
    assertEquals(hex(new Prompt("m", "t", 0.5)), hex(new Prompt("m", "t", 0.5)));
    assertEquals(hex(new Prompt("m", "t", 0.5)), hex(new Renamed("m", "t", 0.5)));
    assertEquals(hex(new byte[] {1, 2}), hex(new byte[] {1, 2}));
  }

  @Test
  @DisplayName("A92 fingerprints stay the same from version to version")
  void isStable() {
    assertEquals(
        "7adc9c0ac3233b45c273a1bea5c490f154feb09497a5bcd80965f2fe36689eba",
        hex("prompt"),
        "checkpoints hold this: a change makes every item run again");
    assertEquals(
        "212bcdd2a66cdc52e63e7b674c697444f90f1657be61311bbc15e915826a0617",
        hex(new Prompt("m", "t", 0.5)),
        "as above");
  }

  @Test
  @DisplayName("A92 what has no lasting form is refused, with its type")
  void refuses() {
    var refused =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Fingerprint.of(new Holder(List.of(new Object()))));
    assertEquals("java.lang.Object", refused.getMessage());
    assertThrows(UnsupportedOperationException.class, () -> Fingerprint.of(Path.of("x")));
    assertThrows(UnsupportedOperationException.class, () -> Fingerprint.of(new int[0]));
  }

  private static String hex(Object value) {
    return HexFormat.of().formatHex(Fingerprint.of(value));
  }
}
