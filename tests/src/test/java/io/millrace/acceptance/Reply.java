package io.millrace.acceptance;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** A response as the JDK's client gives it, without a server. */
record Reply(int statusCode, HttpHeaders headers, URI uri) implements HttpResponse<String> {
  private static final URI LOCAL = URI.create("http://localhost/");

  Reply(int statusCode, HttpHeaders headers) {
    this(statusCode, headers, LOCAL);
  }

  static Reply ok() {
    return new Reply(200, HttpHeaders.of(Map.of(), (name, value) -> true));
  }

  static Reply of(int status, String header, String value) {
    return new Reply(status, HttpHeaders.of(Map.of(header, List.of(value)), (n, v) -> true));
  }

  static Reply tooManyRequests(String retryAfter) {
    return of(429, "Retry-After", retryAfter);
  }

  @Override
  public HttpRequest request() {
    return HttpRequest.newBuilder(uri()).build();
  }

  @Override
  public Optional<HttpResponse<String>> previousResponse() {
    return Optional.empty();
  }

  @Override
  public String body() {
    return "";
  }

  @Override
  public Optional<SSLSession> sslSession() {
    return Optional.empty();
  }

  @Override
  public HttpClient.Version version() {
    return HttpClient.Version.HTTP_1_1;
  }
}
