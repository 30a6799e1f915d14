package io.millrace.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StreamTargetTest {
  @DisplayName("C17: a reader that went away is known while commands start, which copy every pipe")
  @Test
  void whileCommandsStart() throws Exception {
    OutputStream unread = failing(unread());
    AtomicBoolean isOver = new AtomicBoolean();
    List<Thread> starting = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      starting.add(Thread.ofPlatform().start(() -> startUntil(isOver)));
    }
    try {
      for (int i = 0; i < 20_000; i++) {
        assertThrows(
            StreamTarget.ClosedByReaderException.class,
            () -> new StreamTarget(unread).write(new byte[1], 1));
      }
    } finally {
      isOver.set(true);
      for (Thread thread : starting) {
        thread.join();
      }
    }
  }

  @DisplayName("C17: another failure stays what it is")
  @Test
  void anotherFailure() {
    IOException full = new IOException("No space left on device");
    assertEquals(
        full,
        assertThrows(
            IOException.class, () -> new StreamTarget(failing(full)).write(new byte[1], 1)));
  }

  private static void startUntil(AtomicBoolean isOver) {
    while (!isOver.get()) {
      try {
        new ProcessBuilder("true").start().waitFor();
      } catch (IOException | InterruptedException wrong) {
        throw new AssertionError(wrong);
      }
    }
  }

  /* What the system says of a pipe that nobody reads. */
  private static IOException unread() throws IOException {
    Pipe pipe = Pipe.open();
    try (Pipe.SinkChannel in = pipe.sink()) {
      pipe.source().close();
      return assertThrows(IOException.class, () -> in.write(ByteBuffer.allocate(1)));
    }
  }

  private static OutputStream failing(IOException failure) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw failure;
      }
    };
  }
}
