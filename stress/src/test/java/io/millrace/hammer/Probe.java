package io.millrace.hammer;

import io.millrace.limit.RateLimiter;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Outcome;
import io.millrace.plan.StopToken;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** The action of a trial and its listener: they do as planned, and notice what must not be. */
final class Probe {
  /** What stands for an item that failed, and for one whose worker was abandoned. */
  static final int FOR_FAILED = -1;

  static final int FOR_ABANDONED = -2;

  private final Plan plan;
  private final StopToken token = new StopToken();
  private final Queue<String> wrongs = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicIntegerArray runningByKey = new AtomicIntegerArray(Plan.KEYS);
  private final AtomicIntegerArray callsByItem;
  private final AtomicBoolean listening = new AtomicBoolean();
  private final AtomicInteger heard = new AtomicInteger();
  private final RateLimiter budget;
  private volatile int taken;
  private volatile boolean closed;

  Probe(Plan plan) {
    this.plan = plan;
    this.callsByItem = new AtomicIntegerArray(plan.items());
    this.budget = Limit.budget(Math.max(1, plan.mostAttempts()));
  }

  StopToken token() {
    return token;
  }

  /** For runs that have so many permits and no more. */
  RateLimiter budget() {
    return budget;
  }

  void wrong(String what) {
    wrongs.add(what);
  }

  /** What was wrong up to now; null if all is well. */
  String wrong() {
    return wrongs.peek();
  }

  /** The consumer has one more outcome. */
  void take() {
    taken++; // by the consumer only
  }

  int taken() {
    return taken;
  }

  int heard() {
    return heard.get();
  }

  int running() {
    return running.get();
  }

  int calls() {
    return calls.get();
  }

  int callsOf(int item) {
    return callsByItem.get(item);
  }

  /** From now on no call may start. */
  void closed() {
    closed = true;
  }

  Integer act(Integer item) throws Exception {
    if (closed) {
      wrong("item " + item + " starts after the run was closed");
    }
    if (!plan.mayBeInterrupted() && Thread.currentThread().isInterrupted()) {
      wrong("item " + item + " starts with an interrupt that is not its own");
    }
    callsByItem.incrementAndGet(item);
    enter(item);
    try {
      if (calls.incrementAndGet() == plan.stopsAt() && plan.ending() == Ending.TOKEN) {
        token.stop();
      }
      if (ThreadLocalRandom.current().nextDouble() < plan.failures()) {
        throw new IOException("the action fails, as planned");
      }
      if (ThreadLocalRandom.current().nextInt(200) == 0) {
        plan.limit().pause();
      }
      plan.effort().spend();
      return item;
    } finally {
      runningByKey.decrementAndGet(Plan.key(item));
      running.decrementAndGet();
    }
  }

  /** A function of the user's for keys or costs: mostly quick, and now and then like the action. */
  private int ask(Integer item) {
    if (ThreadLocalRandom.current().nextInt(50) == 0) {
      try {
        plan.effort().spend();
      } catch (InterruptedException ended) {
        throw new IllegalStateException("interrupted while the item's functions are asked", ended);
      }
    }
    return Plan.key(item);
  }

  Object slotKey(Integer item) {
    return new SameHash(ask(item));
  }

  Integer limitKey(Integer item) {
    return ask(item);
  }

  String itemKey(Integer item) {
    ask(item);
    return keyOf(item);
  }

  static String keyOf(int item) {
    return "key of " + item;
  }

  int cost(Integer item) {
    return ask(item) % 4;
  }

  /** All keys have the same hash, so each of them is compared with others. */
  private record SameHash(int key) {
    @Override
    public int hashCode() {
      return 7;
    }
  }

  boolean rejects(Object result) {
    return ThreadLocalRandom.current().nextInt(10) == 0;
  }

  /** Stands for what failed; now and then there is nothing. */
  Integer substitute(Throwable error) {
    if (ThreadLocalRandom.current().nextInt(20) == 0) {
      throw new NoSubstituteException();
    }
    return error instanceof AbandonedException ? FOR_ABANDONED : FOR_FAILED;
  }

  private void enter(int item) {
    int all = running.incrementAndGet();
    if (all > plan.most()) {
      wrong(all + " run at once");
    }
    int same = runningByKey.incrementAndGet(Plan.key(item));
    if (same > plan.mostPerKey() && !plan.mayAbandon()) {
      wrong(same + " of one key run at once");
    }
  }

  void hear(Outcome<?, ?> outcome) {
    if (listening.getAndSet(true)) {
      wrong("the listener is called by two threads at once");
    }
    if (heard.incrementAndGet() == plan.stopsAt() && plan.ending() == Ending.BROKEN_LISTENER) {
      listening.set(false);
      throw new BrokenListenerException();
    }
    listening.set(false);
  }

  static final class NoSubstituteException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoSubstituteException() {
      super("nothing stands for this failure, as planned");
    }
  }

  static final class BrokenListenerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenListenerException() {
      super("the listener breaks, as planned");
    }
  }
}
