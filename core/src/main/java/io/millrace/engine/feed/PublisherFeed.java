package io.millrace.engine.feed;

import io.millrace.base.Rethrow;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a publisher sends. It is asked for as many items as the window holds, and for one more
 * for each that is read. An {@link Asker} asks, so reading never waits for the publisher; what was asked
 * for bounds the buffer, and a publisher that sends more is an error.
 */
public final class PublisherFeed implements Feed, Flow.Subscriber<Object> {
  private final Asker asker;
  private final Queue<Object> buffer = new ConcurrentLinkedQueue<>();

  /* What the publisher may still send; added to before it is asked, taken from by its signals. */
  private final AtomicLong expected = new AtomicLong();

  /* Written once, before the first read. */
  private volatile Runnable ready = () -> {};

  /* Whoever sets it writes the end; the reader reads that after it has seen complete. */
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable Throwable error;
  private volatile boolean complete;

  /* The reader's own. */
  private boolean exhausted;

  /**
   * Takes what a publisher sends.
   *
   * @param ahead how many items it is asked for before one is read
   * @param isVirtual whether a virtual thread asks; a run whose workers need no carrier needs none for this either
   */
  public PublisherFeed(
      Flow.Publisher<?> publisher, int ahead, Duration grace, TimeSource clock, boolean isVirtual) {
    this.asker = new Asker(publisher, this, ahead, grace, clock, isVirtual);
  }

  @Override
  public void onReady(Runnable ready) {
    this.ready = ready;
    asker.start();
  }

  @Override
  public void read(Loader loader, int most) throws Exception {
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
    asker.ask(count); // also for none: the first read subscribes
    if (exhausted && error != null) {
      throw Rethrow.asIs(error);
    }
  }

  /** Called before the publisher is asked for this many items. */
  void expect(long items) {
    expected.addAndGet(items);
  }

  @Override
  public boolean exhausted() {
    return exhausted;
  }

  @Override
  public void runEnded() {
    asker.stop();
  }

  @Override
  public boolean hasToBeClosed() {
    return true;
  }

  @Override
  public void close() {
    asker.close();
    buffer.clear();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    if (given == null) {
      throw broken(new NullPointerException("the publisher gave no subscription"));
    }
    asker.subscribed(given);
  }

  @Override
  public void onNext(Object item) {
    if (item == null) {
      throw broken(new NullPointerException("the publisher sent null"));
    }
    if (ended.get() || asker.isStopped()) {
      return; // what was under way when it ended
    }
    if (expected.getAndDecrement() <= 0) {
      var _ = broken(new IllegalStateException("the publisher sent more than it was asked for"));
      return;
    }
    buffer.add(item);
    ready.run();
  }

  @Override
  public void onError(Throwable thrown) {
    if (thrown == null) {
      throw broken(new NullPointerException("the publisher gave no error"));
    }
    asker.forget();
    end(thrown);
  }

  @Override
  public void onComplete() {
    asker.forget();
    end(null);
  }

  /** Ends the run with what the publisher did wrong, after what it sent before; and cancels. */
  <X extends Throwable> X broken(X wrong) {
    end(wrong);
    asker.stop();
    return wrong;
  }

  private void end(@Nullable Throwable why) {
    if (!ended.getAndSet(true)) {
      error = why;
      complete = true;
      ready.run();
    }
  }
}
