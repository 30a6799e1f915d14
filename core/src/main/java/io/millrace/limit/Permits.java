package io.millrace.limit;

import io.millrace.base.ShortLock;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many permits there are, and who waits for them, first come, first served. Thread-safe.
 *
 * <p>While nobody waits, one compare-and-set takes or gives. Otherwise takers and releasers go by
 * the lock. Whoever has the lock first closes the short way, and opens it again when the queue is
 * empty.
 */
final class Permits implements Lines.Owner<PermitPlace> {
  /* The lowest bit of the word: the short way is closed. The others count the permits that are there. */
  private static final long CLOSED = 1;

  /*
   * The compare-and-set settles the race of two takers for the same permits, and of either with a
   * thread that closes the short way. The bit is written under the lock only; while the bit is set,
   * the whole word is.
   */
  private final AtomicLong word;
  private final int most;
  /* Guards the queue: the races of a grant with a cancellation, and of a newcomer with a release. */
  private final ShortLock lock = new ShortLock();
  private final Lines<PermitPlace> queue = new Lines<>(this);

  Permits(int there, int most) {
    this.word = new AtomicLong(2L * there);
    this.most = most;
  }

  int there() {
    return there(word.get());
  }

  int waiters() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  boolean tryTake(int permits, @Nullable LineParty party) {
    long seen = word.get();
    while (isOpen(seen)) {
      if (there(seen) < permits) {
        return false;
      }
      if (word.compareAndSet(seen, seen - 2L * permits)) {
        return true;
      }
      seen = word.get();
    }
    return tryTakeInTurn(permits, party);
  }

  private boolean tryTakeInTurn(int permits, @Nullable LineParty party) {
    lock();
    try {
      boolean free = !queue.goBefore(party) && there() >= permits;
      if (free) {
        change(-permits);
      }
      return free;
    } finally {
      unlock();
    }
  }

  void give(int permits) {
    long seen = word.get();
    while (isOpen(seen)) {
      checkRoom(there(seen), permits);
      if (word.compareAndSet(seen, seen + 2L * permits)) {
        return;
      }
      seen = word.get();
    }
    giveInTurn(permits);
  }

  private void giveInTurn(int permits) {
    Offers<PermitPlace> offers = new Offers<>();
    lock();
    try {
      checkRoom(there(), permits);
      change(permits);
      serve(offers);
    } finally {
      unlock();
      offers.tell();
    }
  }

  Waiting enqueue(int permits, Waiter waiter, @Nullable LineParty party) {
    PermitPlace place = new PermitPlace(this, permits, waiter);
    Offers<PermitPlace> offers = new Offers<>();
    lock();
    try {
      queue.add(place, party);
      serve(offers);
    } finally {
      unlock();
      offers.tell();
    }
    return place;
  }

  boolean cancel(PermitPlace place) {
    Offers<PermitPlace> offers = new Offers<>();
    boolean left;
    lock();
    try {
      left = queue.remove(place);
      serve(offers);
    } finally {
      unlock();
      offers.tell();
    }
    return left;
  }

  @Override
  public boolean rearm(Line<PermitPlace> line) {
    Offers<PermitPlace> offers = new Offers<>();
    boolean asked = false;
    lock();
    try {
      if (queue.arm(line)) {
        serve(offers);
        asked = line.answered;
      }
    } finally {
      unlock();
      offers.tell();
    }
    return asked;
  }

  /** Offers permits to all whose turn has come, as far as the permits go. */
  private void serve(Offers<PermitPlace> offers) {
    PermitPlace head = queue.head();
    while (head != null && there() >= head.permits()) {
      offer(head, offers);
      head = queue.head();
    }
  }

  /* Takes first: whoever is granted permits must not find them still there. */
  private void offer(PermitPlace place, Offers<PermitPlace> offers) {
    change(-place.permits());
    Waiter.Answer answer = queue.ask(place);
    if (answer != Waiter.Answer.TAKE) {
      change(place.permits());
    }
    if (answer != Waiter.Answer.HOLD) {
      offers.add(place, answer == Waiter.Answer.TAKE);
    }
  }

  private void lock() {
    lock.lock();
    if (isOpen(word.get())) {
      word.incrementAndGet();
    }
  }

  private void unlock() {
    if (queue.size() == 0) {
      word.set(word.get() & ~CLOSED);
    }
    lock.unlock();
  }

  private void change(int permits) {
    word.set(word.get() + 2L * permits);
  }

  private void checkRoom(int there, int permits) {
    if (permits > most - there) {
      throw new IllegalStateException(
          "released "
              + permits
              + " permits while "
              + there
              + " of at most "
              + most
              + " are there: more than were acquired");
    }
  }

  private static boolean isOpen(long word) {
    return (word & CLOSED) == 0;
  }

  private static int there(long word) {
    return (int) (word >>> 1);
  }
}
