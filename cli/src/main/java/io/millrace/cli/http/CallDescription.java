package io.millrace.cli.http;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a request shall be.
 *
 * @param method if it is not given: POST with a body, GET without
 */
record CallDescription(
    Address address, Optional<String> method, List<Header> headers, Optional<Body> body) {
  private static final Header USER_AGENT = new Header("User-Agent", "millrace");
  private static final Header CONTENT_TYPE = new Header("Content-Type", "application/json");

  /** What is sent in a request. */
  record Body(String text, boolean isJson) {}

  static CallDescription get(Address address) {
    return new CallDescription(address, Optional.empty(), List.of(), Optional.empty());
  }

  /**
   * The request.
   *
   * @param general headers of all requests; the request's own replace those of the same name
   */
  HttpRequest request(List<Header> general) throws MalformedInputException {
    HttpRequest.Builder request = HttpRequest.newBuilder(address.uri());
    String verb = method.orElse(body.isPresent() ? "POST" : "GET").toUpperCase(Locale.ROOT);
    BodyPublisher content =
        body.map(Body::text).map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody);
    try {
      request.method(verb, content);
    } catch (IllegalArgumentException refused) {
      throw new MalformedInputException("'" + verb + "' is not a method that can be sent");
    }
    List<Header> all = new ArrayList<>();
    for (List<Header> layer : List.of(headers, credentials(), general, implied())) {
      List<Header> above = List.copyOf(all);
      layer.stream()
          .filter(header -> above.stream().noneMatch(header::isNamedAs))
          .forEach(all::add);
    }
    for (Header header : all) {
      header.addTo(request);
    }
    return request.build();
  }

  private List<Header> credentials() {
    return address.credentials().map(value -> new Header("Authorization", value)).stream().toList();
  }

  private List<Header> implied() {
    boolean isJson = body.map(Body::isJson).orElse(false);
    return isJson ? List.of(USER_AGENT, CONTENT_TYPE) : List.of(USER_AGENT);
  }
}
