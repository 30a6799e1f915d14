package io.millrace.contract;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.function.Predicate;

/** Asks for one item after the other, until it has enough. */
public final class OneByOne<T> implements Flow.Subscriber<T> {
  private final Predicate<T> taking;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Flow.Subscription subscription;
  private volatile Throwable error;

  public OneByOne(Predicate<T> taking) {
    this.taking = taking;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(T item) {
    boolean more = false;
    try {
      more = taking.test(item);
    } finally {
      if (more) {
        subscription.request(1);
      } else {
        subscription.cancel();
        end.countDown();
      }
    }
  }

  @Override
  public void onError(Throwable thrown) {
    error = thrown;
    end.countDown();
  }

  @Override
  public void onComplete() {
    end.countDown();
  }

  /** Waits for the last signal, and throws the error if that was one. */
  public void await() throws Exception {
    try {
      end.await();
    } catch (InterruptedException interrupted) {
      subscription.cancel();
      throw interrupted;
    }
    if (error != null) {
      throw OneByOne.<RuntimeException>sneak(error);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E sneak(Throwable error) throws E {
    throw (E) error;
  }
}
