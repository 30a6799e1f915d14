package io.millrace.cli.http;

import io.millrace.cli.http.LostException.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.client5.http.impl.DefaultConnectionKeepAliveStrategy;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over connections that it keeps. One call is one request, but for one that a kept connection has lost: nothing else is repeated, redirected,
 * decoded or added here. Thread-safe.
 */
final class Wire implements AutoCloseable {
  private static final String ID = "";

  /** Bounds on what a server can make the command keep before the body. */
  private static final int LONGEST_HEADER = 1 << 16;

  private static final int MOST_HEADERS = 250;

  /** Each connection has three of such a size. What is larger, as most bodies are, passes them by. */
  private static final int BUFFER = 1 << 13;

  static final Http1Config BOUNDS =
      Http1Config.custom()
          .setBufferSize(BUFFER)
          .setMaxLineLength(LONGEST_HEADER)
          .setMaxHeaderCount(MOST_HEADERS)
          .build();

  /** A connection that was idle for longer is looked at before it is used again. */
  private static final TimeValue TRUSTED_IDLE = TimeValue.ofMilliseconds(100);

  /** After so many requests the pool forgets servers that it has no connection to. */
  private static final int LEASES_UNTIL_FORGOTTEN = 1_000;

  private final PoolingHttpClientConnectionManager pool;
  private final AtomicLong leases = new AtomicLong();
  private final HttpRequestExecutor executor = new HttpRequestExecutor();
  private final Proxies proxies;
  private final HostResolver resolver = new HostResolver();

  /** Reads an answer. */
  @FunctionalInterface
  interface Answering<T> {
    /** Reads it, and says whether nothing of it is left on the connection. */
    Answer<T> read(ClassicHttpResponse response, InputStream body, long length)
        throws IOException, InterruptedException;
  }

  /** What was read of an answer. */
  record Answer<T>(T value, boolean isConsumed) {}

  /**
   * Makes it; a connection is opened when it is needed.
   *
   * @param connections the most that are open at once
   */
  Wire(int connections, Proxies proxies, Tls tls) {
    this.proxies = proxies;
    pool =
        new Connections(resolver)
            .setTlsSocketStrategy(tls)
            .setConnectionFactory(socket -> new QuietConnection(socket, BOUNDS))
            .setMaxConnTotal(connections)
            .setMaxConnPerRoute(connections)
            // or else it would be the time in which an address has to answer
            .setDefaultTlsConfig(TlsConfig.custom().setHandshakeTimeout(Timeout.DISABLED).build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.DISABLED)
                    .setSocketTimeout(Timeout.DISABLED)
                    .setValidateAfterInactivity(TRUSTED_IDLE)
                    .build())
            .build();
  }

  /**
   * A kept connection cannot be used any longer: it turned out to be closed, or not to be quiet, before anything was sent over
   * it; or it was closed before anything came of the answer to a request that may be repeated.
   */
  private static final class StaleException extends IOException {
    private static final long serialVersionUID = 1;
    private final boolean isSent;

    StaleException(boolean isSent, @Nullable IOException cause) {
      super(cause);
      this.isSent = isSent;
    }
  }

  /** Sends a request and has its answer read. */
  <T> T send(Request request, Attempt attempt, Answering<T> answering)
      throws IOException, HttpException, InterruptedException {
    Route route = Route.to(request.url(), proxies.to(request.url()));
    boolean isSentBefore = false;
    while (true) {
      ConnectionEndpoint endpoint = lease(route.path());
      if (isSentBefore) {
        endpoint.close(CloseMode.IMMEDIATE); // other kept ones may be closed as well
      }
      Closing closing = new Closing(endpoint);
      try {
        return send(request, route, attempt, answering, endpoint, closing);
      } catch (StaleException another) {
        isSentBefore |= another.isSent;
        if (!isSentBefore) {
          attempt.reached(Stage.CONNECTING);
        }
      } finally {
        closing.done(pool);
      }
    }
  }

  private <T> T send(
      Request request,
      Route route,
      Attempt attempt,
      Answering<T> answering,
      ConnectionEndpoint endpoint,
      Closing closing)
      throws IOException, HttpException, InterruptedException {
    HttpClientContext context = HttpClientContext.create();
    boolean isKept = endpoint.isConnected();
    if (!isKept) {
      open(endpoint, route, context);
    }
    ClassicHttpRequest message = route.message(request);
    attempt.reached(Stage.SENT);
    ClassicHttpResponse response =
        endpoint.execute(
            ID,
            message,
            (sent, connection, same) -> {
              closing.connection = connection;
              if (connection instanceof QuietConnection opened) {
                opened.sendFor(attempt);
              }
              return isKept
                  ? executeOverKept(request, sent, connection, same)
                  : executor.execute(sent, connection, same);
            },
            context);
    attempt.reached(Stage.ANSWERED);
    HttpEntity entity = response.getEntity();
    InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
    Answer<T> answer =
        answering.read(response, body, entity == null ? 0 : entity.getContentLength());
    closing.isConsumed = answer.isConsumed() && closing.isSent();
    if (closing.isConsumed
        && DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(message, response, context)) {
      closing.kept =
          Optional.of(
              DefaultConnectionKeepAliveStrategy.INSTANCE.getKeepAliveDuration(response, context));
    }
    return answer.value();
  }

  /**
   * Sends over a kept connection, which the server may close at that moment: then a request that may be repeated is sent
   * over a new one, as if there had been no kept one.
   */
  private ClassicHttpResponse executeOverKept(
      Request request, ClassicHttpRequest message, HttpClientConnection kept, HttpContext context)
      throws IOException, HttpException {
    if (!canCarry(request, kept) || !(kept instanceof QuietConnection connection)) {
      throw new StaleException(false, null);
    }
    connection.listen();
    try {
      return executor.execute(message, kept, context);
    } catch (BodyFile.UnusableException local) {
      throw local;
    } catch (IOException lost) {
      if (request.isRepeatable()
          && !connection.hasHeard()
          && !Thread.currentThread().isInterrupted()) {
        throw new StaleException(true, lost);
      }
      throw lost;
    }
  }

  /**
   * Whether a kept connection can be used for a request: what may not be sent twice is not sent to a server that
   * has hung up, and what the server has sent by itself is not the answer.
   */
  private static boolean canCarry(Request request, HttpClientConnection kept) throws IOException {
    return (request.isRepeatable() || !kept.isStale()) && isQuiet(kept);
  }

  private static boolean isQuiet(HttpClientConnection connection) {
    return connection instanceof QuietConnection opened && opened.isQuiet();
  }

  private ConnectionEndpoint lease(HttpRoute path) throws IOException, InterruptedException {
    if (leases.incrementAndGet() % LEASES_UNTIL_FORGOTTEN == 0) {
      pool.closeExpired(); // no connection expires; but the pool forgets servers that it has no
      // connection to
    }
    try {
      return pool.lease(ID, path, Timeout.DISABLED, null).get(Timeout.ofDays(1));
    } catch (TimeoutException never) {
      throw new InterruptedIOException("no connection is free");
    } catch (ExecutionException broken) {
      throw new IOException("no connection can be had", broken.getCause());
    }
  }

  /** How many servers the pool knows. */
  int known() {
    return pool.getRoutes().size();
  }

  private void open(ConnectionEndpoint endpoint, Route route, HttpClientContext context)
      throws IOException, HttpException {
    try {
      pool.connect(endpoint, null, context);
    } catch (ConnectException | UnknownHostException refused) {
      throw route.proxy().isPresent()
          ? new WireException("the proxy cannot be reached: " + LostText.ofNetwork(refused))
          : refused;
    }
    if (route.path().isTunnelled()) {
      endpoint.execute(ID, route.connecting(), this::openTunnel, context);
      pool.upgrade(endpoint, context);
    }
  }

  /** Asks for a tunnel. What stands behind the proxy's answer would be taken for the server's. */
  private ClassicHttpResponse openTunnel(
      ClassicHttpRequest connecting, HttpClientConnection connection, HttpContext context)
      throws IOException, HttpException {
    ClassicHttpResponse answer = executor.execute(connecting, connection, context);
    if (answer.getCode() / 100 != 2) {
      throw new WireException(
          "the proxy refused the connection with status " + answer.getCode(), answer.getCode());
    }
    if (!isQuiet(connection)) {
      throw new WireException("the proxy sent more than its answer to CONNECT");
    }
    return answer;
  }

  /** What becomes of a connection when its answer was read, or will not be. */
  private static final class Closing {
    private final ConnectionEndpoint endpoint;
    private @Nullable HttpClientConnection connection;
    private boolean isConsumed;
    private Optional<TimeValue> kept = Optional.empty();

    Closing(ConnectionEndpoint endpoint) {
      this.endpoint = endpoint;
    }

    /** Whether the whole request is sent; waits for that if it is wanted. */
    boolean isSent() throws InterruptedException {
      return !(connection instanceof QuietConnection opened) || opened.isSent();
    }

    void done(PoolingHttpClientConnectionManager pool) {
      if (connection instanceof QuietConnection opened) {
        opened.sendFor(null);
      }
      if (kept.isEmpty()) {
        endpoint.close(isConsumed ? CloseMode.GRACEFUL : CloseMode.IMMEDIATE);
      }
      pool.release(endpoint, null, kept.orElse(TimeValue.ZERO_MILLISECONDS));
    }
  }

  @Override
  public void close() {
    pool.close(CloseMode.IMMEDIATE);
    resolver.close();
  }
}
