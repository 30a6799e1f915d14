package io.millrace.base;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a thread waits for an interrupt that may never come. */
@Timeout(60)
class ShortWaitTest {
  @Test
  @DisplayName(
      "E12: a wait that takes long keeps no processor busy, though the interrupt flag is set already")
  void parks() {
    ShortWait wait = new ShortWait();
    for (int look = 0; look < 1_000; look++) {
      wait.beforeNextLook();
    }
    Thread.currentThread().interrupt();
    try {
      long start = System.nanoTime();
      for (int look = 0; look < 20; look++) {
        wait.beforeNextLook();
      }
      assertTrue(System.nanoTime() - start > 5_000_000, "it does not pause");
    } finally {
      assertFalse(Thread.interrupted());
    }
  }
}
