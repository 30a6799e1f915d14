package io.millrace.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hears what a server says first while a body is sent to it. A server that refuses the body and reads no further would
 * keep its sender waiting: then nothing more is sent. Used by the thread that sends, and by one of its own.
 */
final class Ear {
  /** So long the sender may take to see for itself that it is refused. */
  private static final long MOST_MILLIS = 1_000;

  /* Perhaps behind interim answers. */
  private static final Pattern REFUSAL =
      Pattern.compile("(?s)(?:HTTP/1\\.\\d 1.*?\n\r?\n){0,9}HTTP/1\\.\\d [45]");

  private final InputStream in;
  private final Socket socket;
  private final CountDownLatch heard = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicReference<Sender> sender = new AtomicReference<>(Sender.WRITES);

  private enum Sender {
    WRITES,
    /** It has asked what was said. */
    LISTENS,
    /** It can write nothing more. */
    CUT
  }

  /* Written before it is heard. */
  private final byte[] words = new byte[1 << 13];
  private int count;
  private @Nullable IOException broken;

  /* Used by the sender only. */
  private int told;

  private Ear(InputStream in, Socket socket) {
    this.in = in;
    this.socket = socket;
  }

  /**
   * Begins to listen.
   *
   * @param in what the server says; nobody else reads it until all is told
   * @param socket the one below TLS
   */
  static Ear open(InputStream in, Socket socket) {
    Ear ear = new Ear(in, socket);
    var _ = Thread.ofVirtual().name("millrace-early-answer").start(ear::listen);
    return ear;
  }

  private void listen() {
    try {
      count = in.read(words);
    } catch (IOException lost) {
      broken = lost;
    } finally {
      heard.countDown();
    }
    if (isRefusal()) {
      endWriting();
    }
  }

  private boolean isRefusal() {
    return count > 0
        && REFUSAL.matcher(new String(words, 0, count, StandardCharsets.ISO_8859_1)).lookingAt();
  }

  private void endWriting() {
    try {
      if (!asked.await(MOST_MILLIS, TimeUnit.MILLISECONDS)
          && sender.compareAndSet(Sender.WRITES, Sender.CUT)) {
        socket.shutdownOutput();
      }
    } catch (InterruptedException | IOException over) {
      // then it is closed
    }
  }

  /** Whether the server has said something, or hung up. */
  boolean hasHeard() {
    return heard.getCount() == 0;
  }

  /**
   * What the server has said; waits for it.
   *
   * @return how many bytes, below 0 if it has hung up
   */
  int tell(byte[] bytes, int from, int length) throws IOException {
    sender.compareAndSet(Sender.WRITES, Sender.LISTENS);
    asked.countDown();
    try {
      heard.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      socket.close();
      throw new SocketException("closed by an interrupt");
    }
    if (broken != null) {
      throw broken;
    }
    int part = Math.min(count - told, length);
    if (part > 0) {
      System.arraycopy(words, told, bytes, from, part);
      told += part;
    }
    return part;
  }

  /** Whether all is told: then the rest is read as usual. */
  boolean isDone() {
    return hasHeard() && told >= count;
  }

  /** Whether nothing more can be sent. */
  boolean isCut() {
    return sender.get() == Sender.CUT;
  }
}
