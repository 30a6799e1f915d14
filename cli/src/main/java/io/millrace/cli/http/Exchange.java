package io.millrace.cli.http;

import io.millrace.plan.Action;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.Optional;

/** The action of the run: one request, one reply. */
record Exchange(HttpClient client, BodyHandler<Content> contents)
    implements Action<InputLine, Reply> {

  private static final int MOST_REDIRECTS = 5;

  /*
   * One attempt is one request: left to itself, the client sends a request again when its
   * connection is lost, past the rate limit and uncounted. That also switches its redirects off.
   *
   * HTTP/1.1, because over one HTTP/2 connection the client fails requests above the number of
   * streams that the server grants, instead of holding them back.
   */
  static HttpClient newClient() {
    System.setProperty("jdk.httpclient.redirects.retrylimit", "1");
    System.setProperty("jdk.httpclient.disableRetryConnect", "true");
    return HttpClient.newBuilder().version(Version.HTTP_1_1).build();
  }

  @Override
  public Reply apply(InputLine line) throws IOException, InterruptedException, BadReplyException {
    HttpResponse<Content> response = follow(line.call().request());
    Reply reply = new Reply(response.statusCode(), response.headers(), response.body());
    Optional<String> problem = reply.problem();
    if (problem.isPresent()) {
      throw new BadReplyException(problem.get(), reply);
    }
    return reply;
  }

  private HttpResponse<Content> follow(HttpRequest first) throws IOException, InterruptedException {
    HttpResponse<Content> response = client.send(first, contents);
    Optional<HttpRequest> next = Redirect.next(first, response);
    for (int hops = 0; next.isPresent() && hops < MOST_REDIRECTS; hops++) {
      response = client.send(next.get(), contents);
      next = Redirect.next(next.get(), response);
    }
    return response;
  }
}
