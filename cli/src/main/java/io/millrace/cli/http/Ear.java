package io.millrace.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hears what a server says while a body is sent to it, up to the status of its answer. A server that does not want the body and
 * reads no further would keep its sender waiting: then nothing more is sent. Used by the thread that sends, and by one of its
 * own.
 */
final class Ear {
  /** So long the sender may take to see for itself that the body is not wanted. */
  private static final long MOST_MILLIS = 1_000;

  /* Perhaps behind interim answers. */
  private static final Pattern REFUSAL =
      Pattern.compile("(?s)(?:HTTP/1\\.\\d 1.*?\n\r?\n)*+HTTP/1\\.\\d [345]");

  private final InputStream in;
  private final Socket socket;

  /* Its own thread writes behind count, and the sender reads before it. */
  private final byte[] words = new byte[1 << 13];

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /* Guarded by the lock. */
  private int count;
  private int told;
  private boolean isOver;
  private boolean isCut;
  private @Nullable IOException broken;

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
    int end = 0;
    boolean goesOn = true;
    while (goesOn) {
      int more = -1;
      IOException lost = null;
      try {
        more = in.read(words, end, words.length - end);
      } catch (IOException closed) {
        lost = closed;
      } catch (RuntimeException defect) {
        lost = new IOException(defect);
      }
      end += Math.max(more, 0);
      goesOn = hears(end, more < 0, lost);
    }
  }

  /* Whether what the server says may still become a refusal. */
  @SuppressWarnings("JdkObsolete") // this is a stream: more may come
  private boolean hears(int end, boolean isEnd, @Nullable IOException lost) {
    Matcher said = REFUSAL.matcher(new String(words, 0, end, StandardCharsets.ISO_8859_1));
    boolean isRefusal = said.lookingAt();
    lock.lock();
    try {
      count = end;
      broken = lost;
      isOver = isEnd || isRefusal || !said.hitEnd() || end == words.length;
      changed.signalAll();
      if (isRefusal) {
        endWriting();
      }
      return !isOver;
    } finally {
      lock.unlock();
    }
  }

  /* Unless the sender has it told. */
  private void endWriting() {
    int before = told;
    long left = TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
    try {
      while (told == before && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (told == before) {
        isCut = true;
        socket.shutdownOutput();
      }
    } catch (InterruptedException | IOException over) {
      // then it is closed
    }
  }

  /** Whether the server has said something that is not told yet, or hung up. */
  boolean hasHeard() {
    lock.lock();
    try {
      return told < count || isOver;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What the server has said; waits for it.
   *
   * @return how many bytes, below 0 if it has hung up
   */
  int tell(byte[] bytes, int from, int length) throws IOException {
    lock.lock();
    try {
      while (told == count && !isOver) {
        changed.await();
      }
      int part = Math.min(count - told, length);
      if (part == 0 && broken != null) {
        throw broken;
      }
      System.arraycopy(words, told, bytes, from, part);
      told += part;
      changed.signalAll();
      return part == 0 ? -1 : part;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      socket.close();
      throw new SocketException("closed by an interrupt");
    } finally {
      lock.unlock();
    }
  }

  /** Whether all is told: then the rest is read as usual. */
  boolean isDone() {
    lock.lock();
    try {
      return isOver && told == count;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing more can be sent. */
  boolean isCut() {
    lock.lock();
    try {
      return isCut;
    } finally {
      lock.unlock();
    }
  }
}
