package io.millrace.engine.watch;

import io.millrace.outcome.Details;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import io.millrace.outcome.Wording;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor has of the runs that it watches. Workers count what costs something only where it happens: the times
 * of attempts, and what is rare. All else is read off the runs when somebody asks. Thread-safe; calls a wording and a
 * listener under no lock.
 */
public final class Watch {
  private static final int MOST_STRIPES = 64;
  private static final int STRIPES =
      Math.min(
          MOST_STRIPES,
          2 * Integer.highestOneBit(Math.max(1, Runtime.getRuntime().availableProcessors())));

  private final Wording wording;
  private final @Nullable Consumer<? super MonitorEvent> listener;
  private final AtomicReferenceArray<@Nullable Stripe> stripes =
      new AtomicReferenceArray<>(STRIPES);
  private final AtomicInteger nextStripe = new AtomicInteger();
  private final Stripe threw = new Stripe();
  private final Causes causes = new Causes();
  private final Pauses pauses = new Pauses();
  private final AtomicLong retries = new AtomicLong();
  private final AtomicLong restored = new AtomicLong();
  private final AtomicLong notRun = new AtomicLong();
  private final AtomicReference<Runs> runs = new AtomicReference<>(new Runs(List.of(), List.of()));

  /* What other JVMs do, by where they are: added by whoever starts runs there, asked by snapshots. */
  private final ConcurrentMap<String, Supplier<Snapshot>> elsewhere = new ConcurrentHashMap<>();

  /* By what the pauses go; written by whoever pauses, read by snapshots. */
  private volatile TimeSource clock = TimeSource.system();

  /** Runs that go on, and the figures of those that are over. */
  private record Runs(List<Seen> live, List<Figures> past) {
    Runs {
      live = List.copyOf(live);
      past = past.isEmpty() ? List.of() : List.of(sum(past)); // one for all
    }

    private static Figures sum(List<Figures> all) {
      Figures sum = Figures.NONE;
      for (Figures each : all) {
        sum = sum.plus(each);
      }
      return sum;
    }
  }

  /** A watch over nothing yet. */
  public Watch(Wording wording, @Nullable Consumer<? super MonitorEvent> listener) {
    this.wording = wording;
    this.listener = listener;
  }

  /** What puts things in words. */
  public Wording wording() {
    return wording;
  }

  /** Hears of everything; null if nobody does. */
  public @Nullable Consumer<? super MonitorEvent> listener() {
    return listener;
  }

  // Runs

  /** A run begins, of which this is what will be seen. */
  public void begin(Watched run, Seen itsFigures) {
    itsFigures.begin(run);
    change(
        seen -> {
          List<Seen> live = new ArrayList<>(seen.live);
          live.add(itsFigures);
          return withoutGone(live, seen.past);
        });
  }

  /* Runs that are garbage count among those that are over. */
  private static Runs withoutGone(List<Seen> live, List<Figures> past) {
    List<Seen> left = new ArrayList<>();
    List<Figures> all = new ArrayList<>(past);
    for (Seen each : live) {
      if (each.isGone()) {
        all.add(each.figures());
      } else {
        left.add(each);
      }
    }
    return new Runs(left, all);
  }

  /** A run is over: its figures are what they will be. */
  public void over(Watched run, TimeSource itsClock) {
    Figures last = run.figures().ended();
    change(
        seen -> {
          List<Seen> live = new ArrayList<>(seen.live);
          if (!live.removeIf(each -> each.isOf(run))) {
            return seen;
          }
          List<Figures> past = new ArrayList<>(seen.past);
          past.add(last);
          return withoutGone(live, past);
        });
    if (runs.get().live.isEmpty()) {
      pauses.end(itsClock.nanoTime());
    }
  }

  private void change(UnaryOperator<Runs> change) {
    Runs seen;
    do {
      seen = runs.get();
    } while (!runs.compareAndSet(seen, change.apply(seen)));
  }

  /** Counts also what is done there; returns what was given for this place first. */
  public Supplier<Snapshot> elsewhere(String place, Supplier<Snapshot> figures) {
    Supplier<Snapshot> first = elsewhere.putIfAbsent(place, figures);
    return first == null ? figures : first;
  }

  // By workers

  /** Where a worker counts the times of attempts that return. */
  public Stripe stripe() {
    int place = nextStripe.getAndIncrement() & (STRIPES - 1);
    Stripe known = stripes.get(place);
    if (known == null) {
      Stripe made = new Stripe();
      Stripe first = stripes.compareAndExchange(place, null, made);
      return first == null ? made : first;
    }
    return known;
  }

  /** An attempt threw, or was interrupted, after so long. */
  public void threw(long nanos) {
    threw.count(nanos);
  }

  /** An item will be tried again. */
  public void retries() {
    retries.incrementAndGet();
  }

  /** A checkpoint had the outcome of an item. */
  public void restored() {
    restored.incrementAndGet();
  }

  /** The end of its run kept an item from a result. */
  public void notRun() {
    notRun.incrementAndGet();
  }

  /** Puts in words with what an item may fail; calls the wording. */
  public Told tell(Throwable error, @Nullable Object item, Details details) {
    String cause = Words.cause(wording, error);
    return new Told(error, cause, causes.has(cause) ? "" : Words.item(wording, item, details));
  }

  /** An item has failed. */
  public void failed(@Nullable Told told, Throwable error, long index) {
    if (told != null && told.error() == error) {
      String sample = told.sample().isEmpty() ? "item " + index : told.sample();
      causes.count(told.cause(), index, sample);
    } else { // nothing of the user's may be called any more
      causes.count(Words.kind(error), index, "item " + index);
    }
  }

  /** A server asks for a pause; calls the wording. Returns the origin. */
  public String paused(
      @Nullable Object item, Throwable error, TimeSource itsClock, long now, long nanos) {
    String origin = Words.pause(wording, item, error);
    clock = itsClock;
    pauses.add(origin, now, nanos);
    return origin;
  }

  // By whoever wants to see it

  /** What there is to see now. */
  public Snapshot snapshot() {
    Snapshot all = here();
    for (Supplier<Snapshot> each : elsewhere.values()) {
      all = all.plus(each.get());
    }
    return all;
  }

  private Snapshot here() {
    if (runs.get().live.stream().anyMatch(Seen::isGone)) {
      change(seen -> withoutGone(seen.live, seen.past));
    }
    Runs seen = runs.get();
    Figures sum = seen.past.isEmpty() ? Figures.NONE : seen.past.getFirst();
    EnumMap<WaitCause, Long> waiting = new EnumMap<>(WaitCause.class);
    for (Seen each : seen.live) {
      Figures figures = each.figures();
      figures.addWaits(waiting);
      sum = sum.plus(figures);
    }
    long without = Math.min(notRun.get(), sum.settled());
    long done = Math.max(sum.settled() - without, sum.failed());
    long now = clock.nanoTime();
    return new Snapshot(
        seen.live.size(),
        sum.admitted(),
        sum.size() < 0
            ? OptionalLong.empty()
            : OptionalLong.of(Math.max(sum.size(), sum.admitted())),
        done,
        sum.failed(),
        Math.min(restored.get(), done),
        without,
        sum.running(),
        sum.slots(),
        waiting,
        retries.get(),
        pauses.list(now),
        pauses.held(now),
        returned(),
        latencies(threw),
        failures());
  }

  private FailureReport failures() {
    return causes.report();
  }

  private Latencies returned() {
    long[] sum = new long[Latencies.places()];
    for (int place = 0; place < STRIPES; place++) {
      Stripe stripe = stripes.get(place);
      if (stripe != null) {
        stripe.addTo(sum);
      }
    }
    return Latencies.of(sum);
  }

  private static Latencies latencies(Stripe stripe) {
    long[] counts = new long[Latencies.places()];
    stripe.addTo(counts);
    return Latencies.of(counts);
  }
}
