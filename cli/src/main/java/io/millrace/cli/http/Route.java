package io.millrace.cli.http;

import java.util.List;
import java.util.Optional;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * The way to a server, itself or through a proxy: in the clear the proxy is asked for the URL, else for
 * a tunnel.
 */
record Route(HttpRoute path, Url url, Optional<Url> proxy) {
  static Route to(Url url, Optional<Url> proxy) {
    HttpHost target = host(url);
    HttpRoute path =
        proxy.isPresent()
            ? new HttpRoute(target, null, host(proxy.get()), url.isSecure())
            : new HttpRoute(target, null, url.isSecure());
    return new Route(path, url, proxy);
  }

  private static HttpHost host(Url url) {
    return new HttpHost(url.scheme(), url.hostKey(), url.usedPort());
  }

  /**
   * The request as it is sent this way.
   *
   * @throws BodyFile.UnusableException if its body is in a file that cannot be sent
   */
  ClassicHttpRequest message(Request request) throws BodyFile.UnusableException {
    boolean asksProxy = proxy.isPresent() && !path.isTunnelled();
    String target = asksProxy ? "http://" + url.authority() + url.target() : url.target();
    ClassicHttpRequest message = message(request.method(), target);
    List<Header> headers = request.headers();
    if (!Request.areNamed("Host", headers)) {
      message.addHeader("Host", url.authority());
    }
    if (asksProxy) {
      addCredentials(message);
    }
    for (Header header : headers) {
      message.addHeader(header.name(), header.sentValue());
    }
    HttpEntity content = content(request);
    if (content != null) {
      message.setEntity(content);
      message.addHeader("Content-Length", content.getContentLength());
    } else if (request.saysThatItIsEmpty()) {
      message.addHeader("Content-Length", 0);
    }
    return message;
  }

  private static @Nullable HttpEntity content(Request request) throws BodyFile.UnusableException {
    return switch (request.body().orElse(null)) {
      case null -> null;
      case Body.Bytes(var bytes, _) -> new ByteArrayEntity(bytes, null);
      case Body.InFile(var file) -> new FileContent(file.find());
    };
  }

  /** The request for a tunnel. */
  ClassicHttpRequest connecting() {
    String server = url.host() + ":" + url.usedPort();
    ClassicHttpRequest message = message("CONNECT", server);
    message.addHeader("Host", server);
    message.addHeader("User-Agent", "millrace");
    addCredentials(message);
    return message;
  }

  private void addCredentials(ClassicHttpRequest message) {
    proxy
        .flatMap(Url::credentials)
        .ifPresent(credentials -> message.addHeader("Proxy-Authorization", credentials));
  }

  private static ClassicHttpRequest message(String method, String target) {
    return new BasicClassicHttpRequest(method, (String) null, null, target);
  }
}
