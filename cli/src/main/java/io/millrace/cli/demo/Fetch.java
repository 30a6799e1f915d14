package io.millrace.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Asks the server for one item: what both ways do. */
record Fetch(HttpClient client, QuotaServer server) {
  private static final int OK = 200;

  static HttpClient newClient() {
    return HttpClient.newBuilder().version(Version.HTTP_1_1).build();
  }

  /** Loads and starts what a client needs: that would delay the first requests, and bunch them. */
  void warmUp() throws IOException, InterruptedException {
    var _ = get(server.greeting());
  }

  HttpResponse<String> get(int item) throws IOException, InterruptedException {
    return get(server.uri(item));
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  static boolean isAnswer(HttpResponse<String> response, int item) {
    return response.statusCode() == OK && response.body().equals(QuotaServer.answer(item));
  }
}
