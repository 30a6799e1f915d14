package io.millrace.cli.http;

import io.millrace.cli.http.Sending.CutException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.function.Supplier;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HeaderElements;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.io.SessionOutputBuffer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that knows whether it is quiet: what comes without having been asked for is no answer (RFC 9112,
 * section 9.2). An answer that comes while a body is sent is one, and ends the body if it refuses it (section 9.5). Used by
 * one thread at a time, but for a large body, which another one sends.
 */
final class QuietConnection extends DefaultManagedHttpClientConnection {
  /** For a part of a TLS record that has come. Without one, nothing is waited for. */
  private static final Timeout MOMENT = Timeout.ofMilliseconds(1);

  /** Answers of status 1xx, which only say that the answer is to come. */
  private static final int MOST_INTERIM = 1_000;

  private static final AsciiSet DIGITS = AsciiSet.of(each -> each >= '0' && each <= '9');

  /** So much of a body is sent between two looks whether it is wanted. */
  private static final int PIECE = 1 << 16;

  private static final int SWITCHING = 101;

  /** From here on, a status is no interim one. */
  private static final int FINAL = 200;

  /** From here on, a status says that the body need not be sent: it is refused, or wanted elsewhere, if at all. */
  private static final int REFUSED = 300;

  private final Http1Config bounds;
  private boolean isProbed;
  private boolean hasHeard;
  private int interim;

  /* Whether the answer says that the body need not be sent. */
  private boolean isRefused;

  private @Nullable Attempt attempt;

  /* The body of this request, if it is a large one. */
  private @Nullable Sending sending;

  /* Why the body was not sent to its end; then nothing else can be sent. */
  private @Nullable CutException cut;

  QuietConnection(@Nullable Socket socket, Http1Config bounds) throws IOException {
    super(
        "",
        null,
        StandardCharsets.ISO_8859_1.newEncoder(), // without one, bytes from 80 to 9f become ?
        bounds,
        null,
        null,
        null,
        new HeadParser.Factory(bounds));
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
  public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
    isRefused = false;
    sending = null;
    super.sendRequestHeader(request);
  }

  /** Requests are of this attempt from now on; null if there is none. */
  void sendFor(@Nullable Attempt next) {
    attempt = next;
  }

  @Override
  public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
    if (request.getEntity().getContentLength() > bounds.getBufferSize()) {
      sending = new Sending(ensureOpen().getBaseSocket());
      Thread sender = sending.start(() -> super.sendRequestEntity(request));
      if (attempt != null) {
        attempt.helpedBy(sender);
      }
      return;
    }
    try {
      super.sendRequestEntity(request);
    } catch (CutException over) {
      cut = over; // a server that hangs up may have said why
    }
  }

  /** Whether all of the body is sent; waits for that if it is wanted. */
  boolean isSent() throws InterruptedException {
    if (sending == null || cut != null) {
      return cut == null;
    }
    return isRefused ? sending.isWholeSoon() : sending.isWholeAtLast();
  }

  @Override
  protected OutputStream createContentOutputStream(
      long length,
      SessionOutputBuffer buffer,
      OutputStream out,
      @Nullable Supplier<List<? extends Header>> trailers) {
    return super.createContentOutputStream(length, buffer, new BodyOutput(out), trailers);
  }

  @Override
  public void flush() throws IOException {
    if (cut == null && sending == null) {
      super.flush();
    }
  }

  @Override
  public void close() throws IOException {
    if (isSending()) {
      super.close(CloseMode.IMMEDIATE); // in good order, it would wait for what is sent
    } else {
      super.close();
    }
  }

  @Override
  public void close(CloseMode mode) {
    super.close(isSending() ? CloseMode.IMMEDIATE : mode);
  }

  private boolean isSending() {
    return sending != null && !sending.isOver();
  }

  @Override
  public boolean isConsistent() {
    return cut == null && (sending == null || sending.isWhole()) && super.isConsistent();
  }

  @Override
  public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
    try {
      return receiveHead();
    } catch (IOException none) {
      throw whyNone(none);
    }
  }

  /* Perhaps there is none because of what has become of the body. */
  private IOException whyNone(IOException none) {
    IOException failure = sending == null ? cut : sending.failure();
    return switch (failure) {
      case null -> none;
      case CutException over -> over.getCause() instanceof IOException lost ? lost : none;
      default -> failure;
    };
  }

  private ClassicHttpResponse receiveHead() throws HttpException, IOException {
    ClassicHttpResponse head = super.receiveResponseHeader();
    interim = head.getCode() < FINAL ? interim + 1 : 0;
    isRefused = head.getCode() >= REFUSED;
    if (isRefused && sending != null) {
      sending.isNotWanted();
    }
    if (interim > MOST_INTERIM) {
      throw new WireException("too many interim answers");
    }
    if (head.getCode() == SWITCHING) {
      throw new WireException("the answer is in another protocol, for which nobody has asked");
    }
    settleLength(head);
    settleCoding(head);
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

  /*
   * Servers say chunked twice where a proxy has added it, and identity where there is none. The client takes neither, as curl
   * does.
   */
  private static void settleCoding(ClassicHttpResponse head) {
    Header[] lines = head.getHeaders(HttpHeaders.TRANSFER_ENCODING);
    if (lines.length == 0 || (lines.length == 1 && isChunked(lines[0].getValue()))) {
      return;
    }
    Set<String> codings = new LinkedHashSet<>();
    for (Header line : lines) {
      for (String each : line.getValue().split(",", -1)) {
        String coding = each.strip();
        codings.add(isChunked(coding) ? HeaderElements.CHUNKED_ENCODING : coding);
      }
    }
    codings.removeIf(coding -> coding.isEmpty() || coding.equalsIgnoreCase("identity"));
    head.removeHeaders(HttpHeaders.TRANSFER_ENCODING);
    if (!codings.isEmpty()) {
      head.addHeader(HttpHeaders.TRANSFER_ENCODING, String.join(", ", codings));
    }
  }

  private static boolean isChunked(String coding) {
    return coding.equalsIgnoreCase(HeaderElements.CHUNKED_ENCODING);
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

  /** Where a body goes. */
  private final class BodyOutput extends FilterOutputStream {
    private boolean isOver;

    BodyOutput(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      for (int at = 0; at < length && !isOver; at += PIECE) {
        if (sending != null && sending.isUnwanted()) {
          throw over(null);
        }
        try {
          out.write(bytes, from + at, Math.min(PIECE, length - at));
        } catch (IOException lost) {
          throw over(lost);
        }
      }
    }

    private CutException over(@Nullable IOException cause) {
      isOver = true; // also for what closing it would send
      return new CutException(cause);
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
