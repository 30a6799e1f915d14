package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.process.wire.Codec;
import io.millrace.process.wire.Connection;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.Limits;
import io.millrace.process.wire.Rules;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random frames, byte by byte, as a hostile worker would send them: each is answered by one of the
 * exceptions that a call may throw.
 */
class HostileFramesTest {
  private static final long FUZZ_NANOS = Long.getLong("millrace.fuzz.seconds", 4) * 1_000_000_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int MOST_BYTES = 100_000;
  private static final long MOST_FRAME = 64L << 20;
  private static final long MOST_ALLOCATED = 128L << 20;

  private final Random random = new Random(42);
  private final Rules rules = new Rules(Rules.VALUES_ONLY, 1 << 20, 100);
  private final byte[] result;

  HostileFramesTest() throws Exception {
    result = Codec.write("result", List.of(1, "two", List.of(3)), rules);
  }

  @Test
  @Timeout(3600)
  @DisplayName("P3: random frames, truncated, huge or out of order, are refused in bounded memory")
  void randomFrames(@TempDir Path folder) throws Exception {
    var address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      long end = System.nanoTime() + FUZZ_NANOS;
      for (long round = 0; round == 0 || System.nanoTime() < end; round++) {
        byte[] sent = frames();
        SocketChannel worker = SocketChannel.open(address);
        Thread sender = Thread.startVirtualThread(() -> send(worker, sent));
        try (Connection parent = new Connection(server.accept())) {
          receiveAll(parent, sent);
        }
        sender.join();
      }
    }
  }

  private static void send(SocketChannel channel, byte[] bytes) {
    try (channel) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException theParentHasEnough) {
      // as it should
    }
  }

  private void receiveAll(Connection parent, byte[] sent) throws InterruptedException {
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    Answers answers =
        new Answers(
            rules,
            new Limits(MOST_FRAME, Duration.ofSeconds(2)),
            HostileFramesTest.class.getClassLoader(),
            1);
    try {
      while (true) {
        read(answers, parent.receive(MOST_FRAME));
      }
    } catch (IOException refused) {
      // against the protocol, or the end
    }
    long memory = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    assertTrue(
        memory < MOST_ALLOCATED, () -> memory + " bytes for " + HexFormat.of().formatHex(sent));
  }

  private static void read(Answers answers, Frame frame) throws IOException, InterruptedException {
    try {
      var _ = answers.value(frame);
    } catch (TransferException | RemoteTaskException told) {
      // what a call may throw
    }
  }

  private byte[] frames() {
    ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
    for (int frames = random.nextInt(3); frames >= 0; frames--) {
      frame(bytes);
    }
    byte[] all = new byte[bytes.flip().remaining()];
    bytes.get(all);
    for (int flips = random.nextInt(3); flips > 0 && all.length > 0; flips--) {
      all[random.nextInt(Math.min(20, all.length))] = (byte) random.nextInt();
    }
    return all;
  }

  private void frame(ByteBuffer bytes) {
    int parts = random.nextInt(4);
    bytes.put((byte) random.nextInt(10)).put((byte) (random.nextInt(20) == 0 ? -1 : parts));
    bytes.putInt(random.nextInt(3));
    byte[][] contents = new byte[parts][];
    for (int i = 0; i < parts; i++) {
      contents[i] = contents();
      bytes.putInt(random.nextInt(8) == 0 ? random.nextInt() : contents[i].length);
    }
    for (byte[] each : contents) {
      bytes.put(each, 0, random.nextInt(10) == 0 ? random.nextInt(each.length + 1) : each.length);
    }
  }

  private byte[] contents() {
    if (random.nextBoolean()) {
      return result;
    }
    byte[] bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(5000) : random.nextInt(50)];
    random.nextBytes(bytes);
    return bytes;
  }
}
