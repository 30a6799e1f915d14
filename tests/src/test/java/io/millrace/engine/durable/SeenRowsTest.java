package io.millrace.engine.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SeenRowsTest {
  private final SeenRows seen = new SeenRows();

  @Test
  @DisplayName("A92 a row that is found again tells where its first item stands")
  void tellsTheFirstPosition() {
    assertEquals(SeenRows.NEVER, seen.see(4_095, 10, 10), "in its place");
    assertEquals(SeenRows.NEVER, seen.see(4_096, 11, 0), "moved");
    assertEquals(SeenRows.NEVER, seen.see(1_000_000_000_000L, 12, 12), "far away");
    assertEquals(10, seen.see(4_095, 10, 20), "again");
    assertEquals(0, seen.see(4_096, 11, 21), "again, of one that has moved");
    assertEquals(12, seen.see(1_000_000_000_000L, 12, 22), "again, far away");
  }

  @Test
  @DisplayName("A92 rows do not stand for each other")
  void rowsAreApart() {
    for (long row = 0; row < 10_000; row++) {
      assertEquals(SeenRows.NEVER, seen.see(row, row, row + row % 2), "row " + row);
    }
    for (long row = 0; row < 10_000; row++) {
      assertEquals(row + row % 2, seen.see(row, row, 0), "row " + row);
    }
  }
}
