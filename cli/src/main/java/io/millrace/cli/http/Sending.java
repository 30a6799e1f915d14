package io.millrace.cli.http;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * A large body on its way to the server, in a thread of its own: its answer is read meanwhile. A server may answer before it has
 * read all, and read no further; or answer with what it reads, and wait for somebody to take that.
 */
final class Sending {
  /** So long an answer that needs no more of the body waits, so that its connection can be used again. */
  private static final long MOMENT_MILLIS = 100;

  /** So long the sender may take to see for itself that the body is not wanted. */
  private static final long MOST_MILLIS = 1_000;

  private final Socket socket;
  private final CountDownLatch over = new CountDownLatch(1);

  /* Written by the thread that reads the answer. */
  private volatile boolean isUnwanted;

  /* Written by its own thread, before it closes the socket, and before it is over. */
  private volatile boolean isWhole;
  private volatile @Nullable IOException failure;

  /** A body that goes to this socket, the one below TLS. */
  Sending(Socket socket) {
    this.socket = socket;
  }

  /** The rest of a body is not sent: nobody wants it, or the connection is lost, for this cause. */
  static final class CutException extends IOException {
    private static final long serialVersionUID = 1;

    CutException(@Nullable IOException cause) {
      super(cause);
    }
  }

  /** Sends all of it. */
  @FunctionalInterface
  interface Writing {
    /**
     * Sends it.
     *
     * @throws CutException if not to its end; any other exception is about what should be sent
     */
    void run() throws IOException, HttpException;
  }

  /** Begins to send, in a thread that ends when it is interrupted. */
  Thread start(Writing writing) {
    return Thread.ofVirtual().name("millrace-body").start(() -> send(writing));
  }

  private void send(Writing writing) {
    try {
      writing.run();
      isWhole = true;
    } catch (CutException cut) {
      failure = cut; // a server that hangs up may have said why
    } catch (IOException local) {
      fail(local);
    } catch (HttpException | RuntimeException | Error defect) {
      fail(new IOException(defect));
    } finally {
      over.countDown();
    }
  }

  /* The server would wait for the rest, and whoever reads its answer for the server. */
  private void fail(IOException local) {
    failure = local;
    try {
      if (!isUnwanted) {
        socket.close();
      }
    } catch (IOException closed) {
      // it is
    }
  }

  /** The answer says that it need not be sent. */
  void isNotWanted() {
    isUnwanted = true;
    if (!isOver()) {
      var _ = Thread.ofVirtual().name("millrace-body-end").start(this::endWriting);
    }
  }

  /* Whoever reads the end of TLS waits for what is being written, and perhaps nobody takes that. */
  private void endWriting() {
    try {
      if (!over.await(MOST_MILLIS, TimeUnit.MILLISECONDS)) {
        socket.shutdownOutput();
      }
    } catch (InterruptedException | IOException ended) {
      // it is closed
    }
  }

  boolean isUnwanted() {
    return isUnwanted;
  }

  /** Whether nothing more is sent. */
  boolean isOver() {
    return over.getCount() == 0;
  }

  /** Whether all of it is sent. */
  boolean isWhole() {
    return isWhole;
  }

  /** Whether all of it is sent: a server may have read it before its sender hears that. */
  boolean isWholeSoon() throws InterruptedException {
    var _ = over.await(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
    return isWhole;
  }

  /** Whether all of it is sent; waits for the end. */
  boolean isWholeAtLast() throws InterruptedException {
    over.await();
    return isWhole;
  }

  /** Why it is not sent to its end, if that is so. */
  @Nullable IOException failure() {
    return failure;
  }
}
