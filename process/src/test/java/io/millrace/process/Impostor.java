package io.millrace.process;

import io.millrace.process.wire.Connection;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.Frame.Kind;
import io.millrace.process.wire.Hello;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** A program that takes the place of a worker and answers as nobody should. Its first argument says how. */
final class Impostor {
  private static final long MOST = 1L << 30;

  private final SocketChannel channel;
  private final Connection connection;
  private final Random random;

  private Impostor(SocketChannel channel, long seed) {
    this.channel = channel;
    connection = new Connection(channel);
    random = new Random(seed);
  }

  /** How it answers. */
  enum Way {
    RANDOM_BYTES,
    HUGE_LENGTHS,
    UNFINISHED,
    TRUNCATED,
    TWICE,
    EARLY,
    WRONG_NUMBER,
    WRONG_KIND,
    WRONG_PARTS,
    RANDOM_PARTS,
    EMPTY_PARTS,
    LONG_REFUSAL,
    NO_HELLO,
    WRONG_HELLO,
    SETUP_FAILS,
    FLOOD,
    LONG_LINES,
    DEAF,
    CHILD_HOLDS_STREAMS
  }

  public static void main(String[] args) throws Exception {
    Way way = Way.valueOf(System.getProperty("way"));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String socket = in.readLine();
    String token = in.readLine();
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    new Impostor(channel, Long.getLong("seed", 1)).play(way, token);
  }

  private void play(Way way, String token) throws Exception {
    switch (way) {
      case NO_HELLO -> park();
      case WRONG_HELLO -> raw(bytes(100));
      default -> connection.send(new Hello(token, ProcessHandle.current().pid()).frame());
    }
    Frame setup = connection.receive(MOST);
    connection.send(
        way == Way.SETUP_FAILS
            ? Frame.of(Kind.FAILURE, bytes(1000), bytes(1000))
            : Frame.of(Kind.READY).numbered(setup.number()));
    if (way == Way.EARLY) {
      connection.send(Frame.of(Kind.RESULT, bytes(10)).numbered(1));
    }
    while (true) {
      Frame task = connection.receive(MOST);
      if (task.kind() == Kind.STOP) {
        stop(way);
      } else {
        answer(way, task.number());
      }
    }
  }

  private static void stop(Way way) {
    if (way == Way.DEAF) {
      park();
    }
    System.exit(0);
  }

  private void answer(Way way, int number) throws Exception {
    switch (way) {
      case RANDOM_BYTES -> raw(bytes(1 + random.nextInt(100_000)));
      case HUGE_LENGTHS -> header(Kind.RESULT, 1, number, Integer.MAX_VALUE);
      case UNFINISHED -> {
        header(Kind.RESULT, 1, number, 60 << 20);
        park();
      }
      case TRUNCATED -> {
        header(Kind.RESULT, 1, number, 1000);
        raw(bytes(500));
        System.exit(0);
      }
      case TWICE -> {
        Frame answer = Frame.of(Kind.RESULT, bytes(10)).numbered(number);
        connection.send(answer);
        connection.send(answer);
      }
      case WRONG_NUMBER -> send(Kind.RESULT, number - 1, bytes(10));
      case WRONG_KIND -> send(Kind.READY, number);
      case WRONG_PARTS -> header(Kind.RESULT, 2, number, 1, 1);
      case RANDOM_PARTS -> send(Kind.RESULT, number, bytes(random.nextInt(1000)));
      case EMPTY_PARTS -> send(Kind.FAILURE, number, new byte[0], new byte[0]);
      case LONG_REFUSAL ->
          send(Kind.REFUSAL, number, "x".repeat(5_000_000).getBytes(StandardCharsets.UTF_8));
      case FLOOD -> flood();
      case LONG_LINES -> {
        System.err.println("x".repeat(1_000_000));
        System.exit(1);
      }
      case CHILD_HOLDS_STREAMS -> {
        // Without any variable by which it could be found.
        new ProcessBuilder("setsid", "env", "-i", "sleep", "30").inheritIO().start();
        System.exit(1);
      }
      default -> send(Kind.FAILURE, number, bytes(50), bytes(50));
    }
  }

  private void send(Kind kind, int number, byte[]... parts) throws IOException {
    connection.send(Frame.of(kind, parts).numbered(number));
  }

  private void flood() throws IOException {
    byte[] bytes = bytes(1 << 16);
    while (channel.isOpen()) {
      System.out.write(bytes);
      System.err.write(bytes);
    }
  }

  private void header(Kind kind, int parts, int number, int... lengths) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(6 + 4 * lengths.length);
    buffer.put((byte) (kind.ordinal() + 1)).put((byte) parts).putInt(number);
    for (int length : lengths) {
      buffer.putInt(length);
    }
    raw(buffer.array());
  }

  private void raw(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void park() {
    while (true) {
      LockSupport.park();
    }
  }
}
