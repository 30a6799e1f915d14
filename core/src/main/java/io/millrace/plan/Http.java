package io.millrace.plan;

import io.millrace.base.Closing;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Actions for the JDK's HTTP client, for which an error status is a failure of the item. See {@link
 * Retry#http} for when to send a request again.
 */
public final class Http {
  static final int LEAST_ERROR = 400;

  private Http() {}

  /**
   * Sends a request and returns its response; fails with an {@link HttpStatusException}, which has the
   * response, if the status is 400 or above. A redirect is returned as it is, unless the client follows it.
   *
   * {@snippet file="io/millrace/examples/ReadmeTest.java" region="first"}
   *
   * <p>A timeout or a stop of the run interrupts the exchange, also while the body is being read, unless the
   * handler answers before that, as those for streams and publishers do. The caller closes a stream; this
   * action closes the stream of a response with an error status, because nobody else can after a retry.
   *
   * @param handler how bodies are read, also those of error responses; used by all requests, so it must not be
   *     one for a single file
   */
  public static <B extends @Nullable Object> Action<HttpRequest, HttpResponse<B>> sending(
      HttpClient client, BodyHandler<B> handler) {
    Objects.requireNonNull(client, "client");
    Objects.requireNonNull(handler, "handler");
    return request -> checked(client.send(request, handler));
  }

  private static <B extends @Nullable Object> HttpResponse<B> checked(HttpResponse<B> response) {
    if (response.statusCode() < LEAST_ERROR) {
      return response;
    }
    B body = response.body();
    if (body instanceof Flow.Publisher<?> publisher) {
      publisher.subscribe(new Cancelling<>());
    }
    throw Closing.after(new HttpStatusException(response), body);
  }

  /** Lets go of a body that nobody reads, and with it of the connection. */
  private static final class Cancelling<T> implements Flow.Subscriber<T> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(T item) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onComplete() {}
  }
}
