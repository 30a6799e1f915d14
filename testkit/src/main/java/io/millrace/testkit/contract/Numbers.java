package io.millrace.testkit.contract;

import java.util.concurrent.Flow;

/**
 * Publishes the numbers from 0, as far as they are asked for, in the thread that asks.
 *
 * @param count how many
 */
record Numbers(int count) implements Flow.Publisher<Integer> {

  @Override
  public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
    subscriber.onSubscribe(new Sending(subscriber));
  }

  private final class Sending implements Flow.Subscription {
    private final Flow.Subscriber<? super Integer> subscriber;

    /* Guarded by this. */
    private long demand;
    private int next;
    private boolean sending;
    private boolean ended;

    Sending(Flow.Subscriber<? super Integer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public synchronized void request(long n) {
      demand += n;
      if (sending) {
        return; // asked from within onNext
      }
      sending = true;
      while (!ended && demand > 0 && next < count) {
        demand--;
        subscriber.onNext(next++);
      }
      if (!ended && next == count) {
        ended = true;
        subscriber.onComplete();
      }
      sending = false;
    }

    @Override
    public synchronized void cancel() {
      ended = true;
    }
  }
}
