package io.millrace.cli.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Lookup;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Makes a pool of connections whose sockets are {@link AlertSocket}s, also below TLS. */
final class Connections extends PoolingHttpClientConnectionManagerBuilder {
  /** So long an address may keep silent, if the host has others. The system asks again after one second. */
  private static final Timeout SILENCE = Timeout.ofSeconds(2);

  private final HostResolver resolver;

  Connections(HostResolver resolver) {
    this.resolver = resolver;
    var _ = setDnsResolver(resolver);
  }

  /**
   * Connects to the first address of a host that answers, as curl does: one that keeps silent would take all the time of
   * the request, and of each that comes after it.
   */
  private final class Operator extends DefaultHttpClientConnectionOperator {
    Operator(SchemePortResolver ports, DnsResolver names, Lookup<TlsSocketStrategy> tls) {
      super(proxy -> proxy == null ? new AlertSocket() : new Socket(proxy), ports, names, tls);
    }

    @Override
    public void connect(
        ManagedHttpClientConnection connection,
        HttpHost host,
        @Nullable NamedEndpoint name,
        @Nullable Path unix,
        @Nullable InetSocketAddress local,
        Timeout time,
        SocketConfig config,
        @Nullable Object attachment,
        HttpContext context)
        throws IOException {
      InetAddress[] addresses = resolver.resolve(host.getHostName());
      for (int index = 0; index < addresses.length; index++) {
        InetAddress address = addresses[index];
        boolean isLast = index == addresses.length - 1;
        HttpHost there =
            new HttpHost(host.getSchemeName(), address, host.getHostName(), host.getPort());
        try {
          super.connect(
              connection,
              there,
              name,
              unix,
              local,
              isLast ? time : SILENCE,
              config,
              attachment,
              context);
          return;
        } catch (SocketException | SocketTimeoutException refused) {
          if (refused instanceof SocketTimeoutException) {
            resolver.keepsSilent(address);
          }
          if (isLast || Thread.currentThread().isInterrupted()) {
            throw refused;
          }
        }
      }
    }
  }

  @Override
  protected HttpClientConnectionOperator createConnectionOperator(
      SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
    return new Operator(
        ports,
        names,
        RegistryBuilder.<TlsSocketStrategy>create().register(URIScheme.HTTPS.id, tls).build());
  }
}
