package io.millrace.base;

import java.net.URI;
import java.net.http.HttpResponse;

/** What messages say of HTTP responses: neither user nor query, which may hold secrets. */
public final class HttpText {
  private HttpText() {}

  /** Status, method, host and path. */
  public static String of(HttpResponse<?> response) {
    return "status "
        + response.statusCode()
        + " for "
        + response.request().method()
        + " "
        + withoutSecrets(response.uri());
  }

  private static String withoutSecrets(URI uri) {
    String authority = String.valueOf(uri.getRawAuthority());
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    return uri.getScheme() + "://" + host + uri.getRawPath();
  }
}
