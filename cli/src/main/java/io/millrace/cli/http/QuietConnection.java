package io.millrace.cli.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that knows whether it is quiet: what comes without having been asked for is no answer (RFC 9112,
 * section 9.2). Used by one thread at a time.
 */
final class QuietConnection extends DefaultManagedHttpClientConnection {
  /** For a part of a TLS record that has come. Without one, nothing is waited for. */
  private static final Timeout MOMENT = Timeout.ofMilliseconds(1);

  /** Answers of status 1xx, which only say that the answer is to come. */
  private static final int MOST_INTERIM = 1_000;

  private static final AsciiSet DIGITS = AsciiSet.of(each -> each >= '0' && each <= '9');

  private final Http1Config bounds;
  private boolean isProbed;
  private boolean hasHeard;
  private int interim;

  QuietConnection(@Nullable Socket socket, Http1Config bounds) throws IOException {
    super("", null, null, bounds, null, null, null, new HeadParser.Factory(bounds));
    this.bounds = bounds;
    if (socket != null) {
      bind(socket);
    }
  }

  /** Whether nothing can be read from it; does not wait. */
  boolean isQuiet() {
    isProbed = true;
    try {
      return !isDataAvailable(MOMENT);
    } catch (IOException broken) {
      return false;
    } finally {
      isProbed = false;
    }
  }

  /** From now on, {@link #hasHeard} is about what comes. */
  void listen() {
    hasHeard = false;
  }

  /** Whether anything has come since {@link #listen}. */
  boolean hasHeard() {
    return hasHeard;
  }

  @Override
  public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
    ClassicHttpResponse head = super.receiveResponseHeader();
    interim = head.getCode() < 200 ? interim + 1 : 0;
    if (interim > MOST_INTERIM) {
      throw new WireException("too many interim answers");
    }
    settleLength(head);
    return head;
  }

  /*
   * The same length may be said several times; different ones, and what is no number, are no length (RFC 9110, 8.6). The client
   * takes only one line, and a sign as well, as Java does.
   */
  private static void settleLength(ClassicHttpResponse head) throws WireException {
    Header[] lines = head.getHeaders(HttpHeaders.CONTENT_LENGTH);
    if (lines.length == 0 || (lines.length == 1 && isLength(lines[0].getValue()))) {
      return;
    }
    Set<String> lengths = new HashSet<>();
    for (Header line : lines) {
      for (String each : line.getValue().split(",", -1)) {
        lengths.add(each.strip());
      }
    }
    if (!lengths.stream().allMatch(QuietConnection::isLength)) {
      throw new WireException("the Content-Length of the answer is no number");
    }
    if (lengths.size() > 1) {
      throw new WireException("the answer has more than one Content-Length");
    }
    head.removeHeaders(HttpHeaders.CONTENT_LENGTH);
    head.addHeader(HttpHeaders.CONTENT_LENGTH, lengths.iterator().next());
  }

  private static boolean isLength(String text) {
    return !text.isEmpty() && DIGITS.hasAllOf(text);
  }

  @Override
  protected InputStream createContentInputStream(
      long length, SessionInputBuffer buffer, InputStream in) {
    return length == ContentLengthStrategy.CHUNKED
        ? new Chunks(buffer, new BoundedInput(in), bounds)
        : super.createContentInputStream(length, buffer, in);
  }

  @Override
  public void bind(Socket socket) throws IOException {
    bind(new Holder(socket));
  }

  @Override
  public void bind(SSLSocket secure, Socket socket) throws IOException {
    bind(new Holder(secure, socket));
  }

  private final class Holder extends SocketHolder {
    Holder(Socket socket) {
      super(socket);
    }

    Holder(SSLSocket secure, Socket socket) {
      super(secure, socket);
    }

    @Override
    protected InputStream getInputStream(Socket socket) throws IOException {
      InputStream encrypted =
          getSSLSocket() == null ? InputStream.nullInputStream() : getBaseSocket().getInputStream();
      return new Input(socket.getInputStream(), encrypted);
    }
  }

  /** Thrown before most requests: a trace of calls would take longer than the probe. */
  private static final class NothingHereException extends SocketTimeoutException {
    private static final long serialVersionUID = 1;

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // does nothing
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  /** What comes; if it is only probed and nothing is here, that is said at once. */
  private final class Input extends FilterInputStream {
    private final InputStream encrypted;

    Input(InputStream in, InputStream encrypted) {
      super(in);
      this.encrypted = encrypted;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (isProbed && in.available() == 0 && encrypted.available() == 0) {
        throw new NothingHereException();
      }
      int count = in.read(bytes, from, length);
      hasHeard |= count > 0;
      return count;
    }
  }
}
