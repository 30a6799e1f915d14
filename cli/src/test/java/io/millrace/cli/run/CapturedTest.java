package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a command has printed, while its thread is interrupted. */
class CapturedTest {
  @AfterEach
  void clearInterrupt() {
    var _ = Thread.interrupted();
  }

  private static void write(Captured captured, String text) throws IOException {
    captured.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String kept(Captured captured) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    captured.copyTo((bytes, count) -> all.write(bytes, 0, count));
    return all.toString(StandardCharsets.US_ASCII);
  }

  @DisplayName("C7: an interrupt loses nothing of an output, also of one that memory does not hold")
  @Test
  void anInterruptLosesNothing() throws IOException {
    String rest = "rest".repeat(50_000);
    try (Captured captured = new Captured(4, Long.MAX_VALUE)) {
      write(captured, "memo, file");
      Thread.currentThread().interrupt();
      write(captured, rest);
      assertEquals("memo, file" + rest, kept(captured));
      assertTrue(Thread.interrupted(), "the interrupt is gone");
      write(captured, ", end");
      assertEquals("memo, file" + rest + ", end", kept(captured));
    }
  }
}
