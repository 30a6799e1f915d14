package io.millrace.plan;

import io.millrace.signal.HttpReply;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a server answered in results and errors. */
final class HttpAnswers {
  private static final int MOST_READ = 4 * 65_536;

  private static final int CAUSES_SEARCHED = 20;

  private HttpAnswers() {}

  static Optional<HttpReply> in(@Nullable Object result, @Nullable Throwable error) {
    return switch (result) {
      case HttpResponse<?> response -> Optional.of(new Response(response));
      case HttpReply reply -> Optional.of(reply);
      case null, default -> inCauses(error);
    };
  }

  private static Optional<HttpReply> inCauses(@Nullable Throwable error) {
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < CAUSES_SEARCHED; depth++) {
      if (cause instanceof HttpReply reply) {
        return Optional.of(reply);
      }
      cause = causeOf(cause);
    }
    return Optional.empty();
  }

  /* An exception may have its own idea of its cause, and throw. */
  private static @Nullable Throwable causeOf(Throwable error) {
    try {
      return error.getCause();
    } catch (Throwable broken) {
      return null;
    }
  }

  /** The request that a reply answers, before any redirect; null if the reply does not say. */
  static @Nullable HttpRequest firstRequest(@Nullable HttpReply reply) {
    HttpResponse<?> response = responseIn(reply);
    while (response != null && response.previousResponse().isPresent()) {
      response = response.previousResponse().get();
    }
    return response == null ? null : response.request();
  }

  /** Whether another server than the one that was asked has answered, as far as the reply says. */
  static boolean isRedirected(HttpReply reply) {
    HttpResponse<?> response = responseIn(reply);
    return response != null && response.previousResponse().isPresent();
  }

  private static @Nullable HttpResponse<?> responseIn(@Nullable HttpReply reply) {
    return switch (reply) {
      case Response(var answered) -> answered;
      case HttpStatusException refused -> refused.response();
      case null, default -> null;
    };
  }

  static Optional<String> text(HttpResponse<?> response) {
    return switch (response.body()) {
      case String text -> Optional.of(text);
      case byte[] bytes -> Optional.of(start(bytes));
      case null, default -> Optional.empty();
    };
  }

  /* No more is looked at, and no more need be decoded: a character has at most four bytes. */
  private static String start(byte[] body) {
    return new String(body, 0, Math.min(body.length, MOST_READ), StandardCharsets.UTF_8);
  }

  private record Response(HttpResponse<?> response) implements HttpReply {
    @Override
    public int statusCode() {
      return response.statusCode();
    }

    @Override
    public Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    @Override
    public List<String> headers(String name) {
      return response.headers().allValues(name);
    }

    @Override
    public Optional<String> body() {
      return text(response);
    }
  }
}
