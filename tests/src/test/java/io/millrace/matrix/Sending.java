package io.millrace.matrix;

import java.util.concurrent.Flow;

/** A subscription that sends in the thread that asks, and whose methods may misbehave. */
final class Sending implements Flow.Subscription {
  private final Cell cell;
  private final Flow.Subscriber<? super Thing> subscriber;

  /* Guarded by this. */
  private long demand;
  private boolean sending;
  private boolean ended;
  private int next;

  Sending(Cell cell, Flow.Subscriber<? super Thing> subscriber) {
    this.cell = cell;
    this.subscriber = subscriber;
  }

  @Override
  public void request(long n) {
    cell.visit(Spot.PUBLISHER_REQUEST, -1);
    synchronized (this) {
      demand += n;
      if (sending) {
        return; // whoever sends sees the demand
      }
      sending = true;
    }
    for (Thing item = pick(); item != null; item = pick()) {
      subscriber.onNext(item);
    }
    if (isThrough()) {
      subscriber.onComplete();
    }
  }

  private synchronized Thing pick() {
    if (ended || demand == 0 || next == cell.items) {
      sending = false;
      return null;
    }
    demand--;
    return new Thing(cell, next++, Spot.ITEM_AS_OBJECT);
  }

  private synchronized boolean isThrough() {
    boolean through = !ended && next == cell.items;
    ended |= through;
    return through;
  }

  @Override
  public void cancel() {
    synchronized (this) {
      ended = true;
    }
    cell.visit(Spot.PUBLISHER_CANCEL, -1);
  }
}
