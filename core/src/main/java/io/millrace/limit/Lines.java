package io.millrace.limit;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiter.Answer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A queue, first come, first served, in which a party can be put off as a whole: it has a line for each
 * party, and one for all waiters without a party. Guarded by the limit's lock.
 *
 * <p>Each party has one place in the queue, the first of its line. When that place has been served,
 * the next one of the line joins the end of the queue. So parties take turns, and a party with a
 * million waiters holds up no other.
 *
 * @param <P> the places
 */
final class Lines<P extends Place<P>> {
  /** The limit whose queue it is. */
  interface Owner<P extends Place<P>> {
    /** Takes the lock, arms the line and serves; false if none of the line's waiters was asked. */
    boolean rearm(Line<P> line);

    /** The queue is longer or shorter now. */
    default void sizeChanged(int difference) {}
  }

  private final Owner<P> owner;
  private final ArmedLines<P> armed = new ArmedLines<>();
  /* Each line is here as long as it has places, and no longer. */
  private @Nullable Line<P> withoutParty;
  private @Nullable Map<LineParty, Line<P>> ofParties;
  private long arrivals;
  private int size;

  Lines(Owner<P> owner) {
    this.owner = owner;
  }

  Owner<P> owner() {
    return owner;
  }

  /** The places, also those that are put off. */
  int size() {
    return size;
  }

  /** The place whose turn it is, of those that are not put off. */
  @Nullable P head() {
    Line<P> first = armed.first();
    return first == null ? null : first.head();
  }

  /**
   * Whether a waiter stands in the queue that somebody of this party (null for none) must not
   * overtake.
   */
  boolean goBefore(@Nullable LineParty party) {
    return armed.first() != null || (party != null && lineOf(party) != null);
  }

  void add(P place, @Nullable LineParty party) {
    size++;
    owner.sizeChanged(1);
    place.arrival = arrivals++;
    place.number = party == null ? 0 : numberOf(place.waiter(), party);
    Line<P> line = lineOf(party);
    if (line == null) {
      line = open(party);
      line.add(place);
      armed.add(line);
      return;
    }
    P head = line.head();
    line.add(place);
    if (head != null && line.head() == place) {
      place.arrival = head.arrival;
      if (line.position == Line.NOT_ARMED && party != null) {
        party.firstLeft(line);
      }
    }
  }

  private static long numberOf(Waiter waiter, LineParty party) {
    long rank = waiter.rank();
    return rank < 0 ? party.arrive() : rank;
  }

  /** Returns false if it is not in the queue any more. The next one of its party has its turn then. */
  boolean remove(P place) {
    return remove(place, place.arrival);
  }

  private boolean remove(P place, long arrivalOfNext) {
    Line<P> line = place.line;
    if (line == null) {
      return false;
    }
    size--;
    owner.sizeChanged(-1);
    boolean wasFirst = line.head() == place;
    line.remove(place);
    if (wasFirst) {
      P next = line.head();
      if (next != null && line.party() != null) {
        next.arrival = arrivalOfNext;
      }
      firstLeft(line);
    }
    return true;
  }

  private void firstLeft(Line<P> line) {
    boolean isArmed = line.position != Line.NOT_ARMED;
    if (isArmed && line.isEmpty()) {
      armed.remove(line);
    } else if (isArmed) {
      armed.firstLeft(line);
    } else if (line.party() != null) {
      line.party().firstLeft(line);
    }
    if (line.isEmpty()) {
      close(line.party());
    }
  }

  /** Lets a line that was put off be asked again; false if it is empty by now. */
  boolean arm(Line<P> line) {
    if (line.isEmpty() || line.position != Line.NOT_ARMED) {
      return false;
    }
    line.resumed = true;
    line.answered = false;
    armed.add(line);
    return true;
  }

  /** Offers permits to the head, which leaves the queue, or is put off. */
  Answer ask(P head) {
    Line<P> line = head.line;
    if (line == null) {
      throw new AssertionError("only who waits is asked");
    }
    Answer answer =
        line.party() == null ? ask(head.waiter(), head) : askOf(line.party(), line, head);
    if (answer == Answer.HOLD) {
      armed.remove(line);
    } else {
      remove(head, arrivals++);
    }
    return answer;
  }

  private Answer askOf(LineParty party, Line<P> line, P head) {
    if (!line.resumed && party.holdWithOthers(line)) {
      return Answer.HOLD;
    }
    long resumes = party.beginOffer();
    try {
      Answer answer = ask(head.waiter(), head);
      while (answer == Answer.HOLD && !party.hold(line, resumes)) {
        resumes = party.resumes();
        answer = ask(head.waiter(), head);
      }
      if (answer != Answer.LEAVE) {
        line.answered = true;
        line.resumed = false;
      }
      return answer;
    } finally {
      party.endOffer();
    }
  }

  private Answer ask(Waiter waiter, P place) {
    try {
      Answer answer = waiter.claim();
      boolean mayHold = place.line != null && place.line.party() != null;
      return answer == Answer.TAKE || (answer == Answer.HOLD && mayHold) ? answer : Answer.LEAVE;
    } catch (Throwable broken) {
      place.failure = broken;
      return Answer.LEAVE;
    }
  }

  private @Nullable Line<P> lineOf(@Nullable LineParty party) {
    if (party == null) {
      return withoutParty;
    }
    return ofParties == null ? null : ofParties.get(party);
  }

  private Line<P> open(@Nullable LineParty party) {
    Line<P> line = new Line<>(party, this);
    if (party == null) {
      withoutParty = line;
    } else {
      if (ofParties == null) {
        ofParties = HashMap.newHashMap(1);
      }
      ofParties.put(party, line);
    }
    return line;
  }

  private void close(@Nullable LineParty party) {
    if (party == null) {
      withoutParty = null;
    } else if (ofParties != null) {
      ofParties.remove(party);
      if (ofParties.isEmpty()) {
        ofParties = null;
      }
    }
  }
}
