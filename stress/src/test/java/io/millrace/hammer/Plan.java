package io.millrace.hammer;

import io.millrace.Parallel;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * A random configuration; the same seed draws the same one.
 *
 * @param attempts of an item; 1 for no retries
 * @param mostPerKey {@link Integer#MAX_VALUE} for any number
 * @param stopsAt at which call the ending comes, or after how many outcomes
 * @param failures the share of calls that fail
 */
record Plan(
    long seed,
    Entry entry,
    Supply supply,
    Staff staff,
    Effort effort,
    Ending ending,
    int items,
    int concurrency,
    int window,
    boolean listening,
    int attempts,
    Limit limit,
    int mostPerKey,
    boolean attemptTimeout,
    boolean itemTimeout,
    int stopsAt,
    double failures,
    Manner manner) {
  static final int KEYS = 5;
  private static final int[] CONCURRENCIES = {1, 2, 3, 7, 100, 1000};
  private static final int[] ITEMS = {0, 1, 2, 5, 50, 500, 5000};

  static Plan draw(long seed) {
    Random random = new Random(seed);
    int concurrency = CONCURRENCIES[random.nextInt(CONCURRENCIES.length)];
    int items = ITEMS[random.nextInt(ITEMS.length)];
    Plan drawn =
        new Plan(
            seed,
            one(Entry.values(), random),
            one(Supply.values(), random),
            random.nextBoolean() ? Staff.VIRTUAL : one(Staff.values(), random),
            one(Effort.values(), random),
            random.nextInt(3) == 0 ? Ending.COMPLETION : one(Ending.values(), random),
            items,
            concurrency,
            random.nextInt(3) == 0 ? 1 + random.nextInt(2 * concurrency) : 2 * concurrency,
            random.nextInt(3) == 0,
            random.nextInt(3) == 0 ? 3 : 1,
            random.nextBoolean() ? Limit.NONE : one(Limit.values(), random),
            random.nextInt(4) == 0 ? 1 + random.nextInt(3) : Integer.MAX_VALUE,
            random.nextInt(4) == 0,
            random.nextInt(6) == 0,
            random.nextInt(Math.max(1, items)) + 1,
            random.nextInt(3) == 0 ? random.nextDouble() * 0.3 : 0,
            Manner.draw(random));
    return drawn.made(random);
  }

  /** Nothing special. */
  static Plan plain(Entry entry, int items) {
    return new Plan(
        0,
        entry,
        Supply.LIST,
        Staff.VIRTUAL,
        Effort.NONE,
        Ending.COMPLETION,
        items,
        2,
        4,
        false,
        1,
        Limit.NONE,
        Integer.MAX_VALUE,
        false,
        false,
        1,
        0,
        Manner.PLAIN);
  }

  private static <E> E one(E[] all, RandomGenerator random) {
    return all[random.nextInt(all.length)];
  }

  /* What makes no sense together, or takes too long, becomes something that does not. */
  private Plan made(RandomGenerator random) {
    Entry entry = this.entry;
    Staff staff = this.staff;
    Effort effort = this.effort;
    Ending ending = this.ending;
    boolean listening = this.listening || ending == Ending.BROKEN_LISTENER;
    Supply supply = this.supply;
    if (entry == Entry.GATHERER) {
      supply = Supply.LIST; // the upstream is a stream of its own
    }
    if (staff == Staff.CALLER && (entry == Entry.PUBLISHER || ending == Ending.INTERRUPT)) {
      staff = Staff.VIRTUAL;
    }
    if (staff == Staff.PLATFORM && concurrency > 100) {
      staff = Staff.VIRTUAL;
    }
    if (items > 500 && (effort == Effort.WAIT || effort == Effort.RARELY_STUBBORN)) {
      effort = random.nextBoolean() ? Effort.NONE : Effort.RARELY_WAIT;
    }
    if (ending == Ending.BROKEN_SOURCE && !supply.canBreak()
        || ending == Ending.EARLY_CLOSE && !entry.canClose()
        || ending == Ending.INTERRUPT && !entry.canBeInterrupted()) {
      ending = Ending.COMPLETION;
    }
    int window = staff == Staff.CALLER ? 1 : this.window;
    return new Plan(
        seed,
        entry,
        supply,
        staff,
        effort,
        ending,
        items,
        concurrency,
        window,
        listening,
        attempts,
        limit,
        mostPerKey,
        attemptTimeout,
        itemTimeout,
        stopsAt,
        failures,
        ending.setsPolicy() ? manner.withoutSubstitutes() : manner);
  }

  static int key(int item) {
    return item % KEYS;
  }

  Parallel parallel(Probe probe) {
    Parallel parallel =
        Parallel.of(concurrency).window(window).workers(staff.workers(probe)).grace(grace());
    if (listening) {
      parallel = parallel.onOutcome(probe::hear);
    }
    if (attempts > 1 || manner.rejects()) {
      Retry retry =
          Retry.ofAttempts(attempts).backoff(Backoff.fixed(Duration.ofNanos(stopsAt * 1_000L)));
      parallel = parallel.retry(manner.rejects() ? retry.whenResult(probe::rejects) : retry);
    }
    if (mostPerKey != Integer.MAX_VALUE) {
      parallel = parallel.concurrencyPerKey(mostPerKey, probe::slotKey);
    }
    if (attemptTimeout) {
      parallel = parallel.attemptTimeout(Duration.ofMillis(2));
    }
    if (itemTimeout) {
      parallel = parallel.itemTimeout(Duration.ofMillis(4));
    }
    return ended(mannered(limit.on(parallel, 1 + stopsAt % 50, probe), probe), probe);
  }

  private Parallel mannered(Parallel plain, Probe probe) {
    Parallel parallel = plain.truncation(manner.truncation());
    if (manner.substitutes()) {
      parallel = ConfigAccess.changed(parallel, copy -> copy.fallback = probe::substitute);
    }
    if (manner.impatient()) {
      parallel = parallel.patience(Duration.ofMillis(1));
    }
    if (manner.keyed()) {
      parallel = parallel.itemKey(probe::itemKey);
    }
    return manner.group() == 0 ? parallel : parallel.barrier(manner.group());
  }

  private Parallel ended(Parallel parallel, Probe probe) {
    return switch (ending) {
      case TOKEN -> parallel.stopToken(probe.token());
      case RUN_TIMEOUT -> parallel.runTimeout(Duration.ofNanos(stopsAt * 1_000L));
      case MAX_FAILURES -> parallel.maxFailures(stopsAt % 5 + 1);
      case FAIL_FAST -> parallel.failFast();
      case COMPLETION, EARLY_CLOSE, CLOSE_BY_ANOTHER, INTERRUPT, BROKEN_SOURCE, BROKEN_LISTENER ->
          parallel;
    };
  }

  /* On a busy machine a thread may need long to see its interrupt: only the stubborn are given up. */
  private Duration grace() {
    return effort == Effort.RARELY_STUBBORN ? Duration.ofMillis(5) : Duration.ofSeconds(15);
  }

  /** Most attempts of all items together. */
  int mostAttempts() {
    return items * attempts;
  }

  int breaksAt() {
    return ending == Ending.BROKEN_SOURCE ? stopsAt - 1 : -1;
  }

  /** Most calls at once. */
  int most() {
    return staff == Staff.CALLER ? 1 : concurrency;
  }

  /** Whether what the consumer has taken tells how far ahead the source may be read. */
  boolean windowIsExact() {
    return entry.takesOneByOne() && !supply.isPublished() && supply != Supply.STREAM;
  }

  boolean mayAbandon() {
    return effort == Effort.RARELY_STUBBORN;
  }

  /** Whether an attempt may meet an interrupt that was meant for it. */
  boolean mayBeInterrupted() {
    return attemptTimeout || itemTimeout || ending != Ending.COMPLETION || mayAbandon();
  }
}
