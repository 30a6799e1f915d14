package io.millrace.checkpoint.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ItemIdTest {
  @Test
  @DisplayName(
      "A92 a key that cannot be one is refused with its beginning only, however long it is")
  void refusals() {
    String broken = "x".repeat(100_000) + "\uD800";
    List<Executable> refused =
        List.of(
            () -> ItemId.of(broken),
            () -> ItemId.of("x".repeat(100_000)),
            () -> ItemId.of(new byte[100_000]),
            () -> ItemId.of(ItemId.Kind.BYTES, new byte[100_000]));
    for (Executable each : refused) {
      String message = assertThrows(IllegalArgumentException.class, each).getMessage();
      assertTrue(message.length() < 500, () -> message.length() + " characters");
    }
  }

  @Test
  @DisplayName("A92 a key may have as many bytes as it says, and no more")
  void longest() {
    assertEquals(ItemId.LONGEST, ItemId.of("é".repeat(ItemId.LONGEST / 2)).bytes().length);
    assertThrows(
        IllegalArgumentException.class, () -> ItemId.of("é".repeat(ItemId.LONGEST / 2) + "x"));
    assertEquals(ItemId.LONGEST, ItemId.of(new byte[ItemId.LONGEST]).bytes().length);
    assertThrows(IllegalArgumentException.class, () -> ItemId.of(new byte[ItemId.LONGEST + 1]));
  }
}
