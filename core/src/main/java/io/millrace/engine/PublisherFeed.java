package io.millrace.engine;

import io.millrace.base.Rethrow;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a publisher sends. It is asked for as many items as the window holds, and for one more
 * for each that is read.
 */
final class PublisherFeed implements Feed, Flow.Subscriber<Object> {
  private final Flow.Publisher<?> publisher;
  private final int ahead;
  private final Queue<Object> buffer = new ConcurrentLinkedQueue<>();
  private Runnable ready = () -> {};

  /* The reader's own. */
  private boolean subscribed;
  private boolean exhausted;

  /* Written by the publisher's thread, read by the reader. */
  private volatile Flow.@Nullable Subscription subscription;
  private volatile @Nullable Throwable error;
  private volatile boolean complete;

  /* Written by the one who ends the run, read by the publisher's thread. */
  private volatile boolean closed;

  PublisherFeed(Flow.Publisher<?> publisher, int ahead) {
    this.publisher = publisher;
    this.ahead = ahead;
  }

  @Override
  public void onReady(Runnable ready) {
    this.ready = ready;
  }

  @Override
  public void read(Loader loader, int most) throws Exception {
    if (!subscribed) {
      subscribed = true;
      publisher.subscribe(this);
    }
    boolean last = complete; // before looking at the buffer: what comes before it is in there
    int count = 0;
    boolean more = true;
    while (more && count < most) {
      Object item = buffer.poll();
      if (item == null) {
        exhausted = last;
        break;
      }
      count++;
      more = loader.append(item);
    }
    Flow.Subscription from = subscription;
    if (count > 0 && from != null) {
      from.request(count);
    }
    if (exhausted && error != null) {
      throw Rethrow.asIs(error);
    }
  }

  @Override
  public boolean exhausted() {
    return exhausted;
  }

  @Override
  public boolean hasToBeClosed() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
    Flow.Subscription from = subscription;
    if (from != null) {
      from.cancel();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    Objects.requireNonNull(given, "subscription");
    if (subscription != null || closed) {
      given.cancel();
      return;
    }
    subscription = given;
    if (closed) {
      given.cancel();
    } else {
      given.request(ahead);
    }
  }

  @Override
  public void onNext(Object item) {
    buffer.add(Objects.requireNonNull(item, "item"));
    ready.run();
  }

  @Override
  public void onError(Throwable thrown) {
    error = Objects.requireNonNull(thrown, "error");
    complete = true;
    ready.run();
  }

  @Override
  public void onComplete() {
    complete = true;
    ready.run();
  }
}
