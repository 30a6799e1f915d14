package io.millrace.process.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThrownTest {
  private static Throwable large(int causes, String letter, int frames) {
    String name = letter.repeat(1_000);
    StackTraceElement[] stack = new StackTraceElement[frames];
    Arrays.setAll(stack, _ -> new StackTraceElement(null, name, null, name, name, name, 1));
    Throwable error = null;
    for (int cause = 0; cause <= causes; cause++) {
      error = new IOException(cause + letter.repeat(200_000), error);
      error.setStackTrace(stack);
    }
    return error;
  }

  @DisplayName("P3: a description keeps its bound, whatever the exception, and tells what it can")
  @ParameterizedTest
  @CsvSource({
    "1024, x",
    "1024, \u20ac",
    "4096, x",
    "30000, \u20ac",
    "100000, x",
    "1000000, \u20ac",
    "8388608, x"
  })
  void aDescriptionKeepsItsBound(int most, String letter) throws Refusal {
    for (int causes = 0; causes <= 12; causes++) {
      byte[] bytes = Thrown.of(large(causes, letter, 2_000), most).bytes();
      assertTrue(bytes.length <= most, bytes.length + " of " + most);
      Thrown read = Thrown.read(bytes, most);
      assertEquals("java.io.IOException", read.type());
      assertTrue(read.message().startsWith(causes + letter), read.message());
      if (most >= 100_000) {
        assertTrue(read.stack().size() >= 5, read.stack()::toString);
        assertEquals(causes == 0, read.cause() == null);
      }
    }
  }

  @DisplayName("P3: a usual exception is described as it is, with its causes")
  @Test
  void aUsualExceptionIsDescribedAsItIs() throws Refusal {
    Throwable error = new IOException("gone", new IllegalStateException("because"));
    Thrown read = Thrown.read(Thrown.of(error, 1 << 16).bytes(), 1 << 16);
    assertEquals("gone", read.message());
    assertEquals(error.getStackTrace().length, read.stack().size());
    assertEquals("because", read.cause().message());
    assertEquals(null, read.cause().cause());
  }

  @DisplayName("P3: a description beyond the bound is refused unread")
  @Test
  void aLargeDescriptionIsRefused() {
    byte[] bytes = Thrown.of(large(0, "x", 100), 1 << 16).bytes();
    Refusal refusal = assertThrows(Refusal.class, () -> Thrown.read(bytes, 1 << 12));
    assertTrue(refusal.getMessage().contains("more than 4096 bytes"), refusal.getMessage());
  }
}
