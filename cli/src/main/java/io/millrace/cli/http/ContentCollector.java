package io.millrace.cli.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Collects a body up to a limit. A larger one is given up, but is no error here: status and headers
 * of the reply are known all the same.
 */
final class ContentCollector implements BodySubscriber<Content> {
  private final long limit;
  private final CompletableFuture<Content> content = new CompletableFuture<>();

  /* Used by one signal at a time, as the subscription promises. */
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private @Nullable Subscription subscription;

  private ContentCollector(long limit) {
    this.limit = limit;
  }

  /** Keeps bodies of at most this many bytes. */
  static BodyHandler<Content> keeping(long limit) {
    return reply -> new ContentCollector(limit);
  }

  /** Reads bodies to their end, and keeps nothing. */
  static BodyHandler<Content> dropping() {
    return reply -> BodySubscribers.replacing(new Content.Dropped());
  }

  @Override
  public CompletionStage<Content> getBody() {
    return content;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (content.isDone()) {
      return;
    }
    long more = buffers.stream().mapToLong(ByteBuffer::remaining).sum();
    if (bytes.size() + more > limit) {
      bytes.reset();
      content.complete(new Content.TooLarge(limit));
      if (subscription != null) {
        subscription.cancel();
      }
      return;
    }
    for (ByteBuffer buffer : buffers) {
      byte[] part = new byte[buffer.remaining()];
      buffer.get(part);
      bytes.writeBytes(part);
    }
  }

  @Override
  public void onError(Throwable error) {
    content.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    content.complete(new Content.Whole(ByteBuffer.wrap(bytes.toByteArray())));
  }
}
