package io.millrace.matrix;

import io.millrace.Parallel;
import io.millrace.acceptance.Fallback;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.Workers;
import io.millrace.testkit.hostile.Misdeed.Kind;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.stream.StreamSupport;

/** The options, the source and the action of a cell: everything that user code is in. */
final class Props {
  static final int ATTEMPTS = 2;

  private static final Duration SHORT = Duration.ofMillis(30);
  private static final Duration RUN = Duration.ofMillis(200);

  private final Cell cell;
  private final Action<Thing, Object> awaiting;

  Props(Cell cell) {
    this.cell = cell;
    awaiting = Action.awaiting(this::stage);
  }

  boolean sharesLimiter() {
    return switch (cell.spot) {
      case RATE_KEY, RATE_KEY_HASH, RATE_KEY_EQUALS, COST, SETTLE -> false;
      default -> true;
    };
  }

  Parallel parallel() {
    Parallel parallel = Parallel.of(cell.concurrency).grace(Cell.GRACE).stopToken(cell.token);
    if (cell.watchesLocks()) {
      parallel = parallel.workers(Workers.platform());
    }
    if (cell.misdeed.is(Kind.BLOCKS)) {
      parallel = parallel.attemptTimeout(SHORT).runTimeout(RUN);
    }
    if (!cell.door.isExecutor()) {
      parallel =
          parallel
              .onProgress((done, total) -> cell.listen(Spot.ON_PROGRESS, -1))
              .onOutcome(this::hear);
    }
    if (cell.concurrency > 1 && sharesLimiter()) {
      parallel = parallel.rateLimit(cell.limiter);
    }
    return dress(parallel);
  }

  @SuppressWarnings("unchecked")
  private void hear(Outcome<?, ?> outcome) {
    if (cell.door == Door.FOR_EACH) {
      cell.take((Outcome<Thing, Object>) outcome);
    }
    cell.listen(Spot.ON_OUTCOME, -1);
  }

  private Parallel dress(Parallel parallel) {
    RateLimit.TokenBucket fast = RateLimit.perSecond(1_000_000).burst(1_000);
    return switch (cell.spot) {
      case ITEM_KEY -> parallel.<Thing>itemKey(item -> visited(Spot.ITEM_KEY, item));
      case ITEM_KEY_AS_OBJECT -> parallel.<Thing>itemKey(item -> key(item, cell.spot, cell.spot));
      case PER_KEY -> parallel.<Thing>concurrencyPerKey(1, item -> visited(Spot.PER_KEY, item));
      case PER_KEY_HASH, PER_KEY_EQUALS ->
          parallel.<Thing>concurrencyPerKey(
              1, item -> key(item, Spot.PER_KEY_HASH, Spot.PER_KEY_EQUALS));
      case RATE_KEY -> parallel.rateLimit(fast.<Thing>by(item -> visited(Spot.RATE_KEY, item)));
      case RATE_KEY_HASH, RATE_KEY_EQUALS ->
          parallel.rateLimit(
              fast.<Thing>by(item -> key(item, Spot.RATE_KEY_HASH, Spot.RATE_KEY_EQUALS)));
      case COST -> parallel.rateLimit(fast.<Thing>costing(item -> visited(Spot.COST, item)));
      case SETTLE ->
          parallel.rateLimit(
              fast.<Thing, Object>settling((item, value) -> visited(Spot.SETTLE, item)));
      case RETRY_ON_ERROR ->
          parallel.retry(retry().when(error -> visited(Spot.RETRY_ON_ERROR, error) > 0));
      case RETRY_ON_RESULT ->
          parallel.retry(
              retry().<Thing>whenResult(value -> visited(Spot.RETRY_ON_RESULT, value) < 0));
      case VALUE_AS_OBJECT ->
          parallel.retry(retry().<Thing>whenResult(value -> cell.rejects(value.index())));
      case SERVER_WAIT ->
          parallel.retry(
              retry()
                  .serverWait(
                      (result, error, now) -> {
                        if (error != null) {
                          visited(Spot.SERVER_WAIT, error);
                        }
                        return Optional.empty();
                      }));
      case ERROR_MESSAGE, ERROR_CAUSE, ERROR_TO_STRING -> parallel.retry(Retry.http());
      case FALLBACK -> Fallback.of(parallel, error -> visited(Spot.FALLBACK, error));
      case ON_ATTEMPT ->
          parallel.onAttempt(event -> cell.visit(Spot.ON_ATTEMPT, (int) event.details().index()));
      case CONTEXT_CAPTURE, CONTEXT_INSTALL, CONTEXT_UNDO -> parallel.context(new Carrier());
      case CLOCK_TIMER_CANCEL, CLOCK_SCHEDULE ->
          parallel
              .clock(new VisitedClock(cell))
              .retry(retry().backoff(Backoff.fixed(Duration.ofMillis(1))))
              .runTimeout(Duration.ofSeconds(2));
      case CLOCK_NANO_TIME, CLOCK_NANO_TIME_LATER, CLOCK_NOW, CLOCK_ANNOUNCED, CLOCK_NEW_WAIT ->
          parallel.clock(new VisitedClock(cell)).retry(retry());
      case EXECUTOR_EXECUTE, EXECUTOR_EXECUTE_LATER -> parallel.workers(Workers.on(this::execute));
      case THREAD_INTERRUPT ->
          parallel
              .attemptTimeout(SHORT)
              .workers(Workers.on(task -> new VisitedThread(cell, task).start()));
      case STAGE_CANCEL -> parallel.attemptTimeout(SHORT);
      case STOP_CALLBACK -> {
        cell.token.onStop(() -> cell.visit(Spot.STOP_CALLBACK, -1));
        yield parallel;
      }
      default -> parallel;
    };
  }

  private static Retry retry() {
    return Retry.ofAttempts(ATTEMPTS).backoff(Backoff.none());
  }

  private void execute(Runnable task) {
    cell.visit(cell.spot, -1);
    Thread.ofVirtual().name("millrace-of-a-cell").start(task);
  }

  private int visited(Spot here, Thing item) {
    cell.visit(here, item.index());
    return 1;
  }

  private int visited(Spot here, Throwable error) {
    cell.visit(here, error instanceof Nasty nasty ? nasty.index() : -1);
    return 1;
  }

  private Thing key(Thing item, Spot hash, Spot equals) {
    return new Thing(cell, item.index(), hash, hash, equals);
  }

  // The action

  Object act(Thing item) throws Exception {
    cell.enterAction();
    try {
      if (cell.spot == Spot.STOP_CALLBACK && item.index() == 5) {
        cell.ends();
        cell.token.stop();
      }
      return switch (cell.spot) {
        case STAGE_FUNCTION, STAGE_CANCEL -> awaiting.apply(item);
        case THREAD_INTERRUPT -> blocking(item);
        case RETRY_ON_ERROR,
            FALLBACK,
            SERVER_WAIT,
            ERROR_MESSAGE,
            ERROR_CAUSE,
            ERROR_TO_STRING,
            CLOCK_SCHEDULE,
            CLOCK_TIMER_CANCEL,
            CLOCK_NOW ->
            failing(item);
        default -> {
          cell.visit(Spot.ACTION, item.index());
          yield value(item);
        }
      };
    } finally {
      cell.exitAction();
    }
  }

  private Thing value(Thing item) {
    return new Thing(cell, item.index(), Spot.VALUE_AS_OBJECT);
  }

  private Thing failing(Thing item) throws Nasty {
    if (cell.isChosen(item.index())) {
      throw new Nasty(cell, item.index());
    }
    return value(item);
  }

  private Thing blocking(Thing item) throws InterruptedException {
    if (cell.isChosen(item.index())) {
      new CountDownLatch(1).await();
    }
    return value(item);
  }

  private CompletableFuture<Object> stage(Thing item) {
    cell.visit(Spot.STAGE_FUNCTION, item.index());
    if (cell.spot != Spot.STAGE_CANCEL || !cell.isChosen(item.index())) {
      return CompletableFuture.completedFuture(value(item));
    }
    return new CompletableFuture<>() {
      @Override
      public boolean cancel(boolean interrupting) {
        cell.visit(Spot.STAGE_CANCEL, item.index());
        return super.cancel(interrupting);
      }
    };
  }

  // The source

  Iterable<Thing> source() {
    return switch (cell.spot) {
      case SOURCE_CLOSE ->
          Source.of(
              StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Reading(), 0), false)
                  .onClose(
                      () -> {
                        cell.closed.incrementAndGet();
                        cell.visit(Spot.SOURCE_CLOSE, -1);
                      }));
      case COLLECTION_SIZE -> new Sized();
      case PUBLISHER_SUBSCRIBE, PUBLISHER_REQUEST, PUBLISHER_CANCEL -> Source.of(publisher());
      default ->
          () -> {
            cell.read(Spot.SOURCE_ITERATOR);
            return new Reading();
          };
    };
  }

  private Flow.Publisher<Thing> publisher() {
    return subscriber -> {
      cell.visit(Spot.PUBLISHER_SUBSCRIBE, -1);
      subscriber.onSubscribe(new Sending(cell, subscriber));
    };
  }

  /* Plain on purpose: handing the source on has to publish it. */
  private final class Reading implements Iterator<Thing> {
    private int next;

    @Override
    public boolean hasNext() {
      cell.read(Spot.SOURCE_HAS_NEXT);
      return next < cell.items;
    }

    @Override
    public Thing next() {
      cell.read(Spot.SOURCE_NEXT);
      if (next >= cell.items) {
        throw new NoSuchElementException();
      }
      return new Thing(cell, next++, Spot.ITEM_AS_OBJECT);
    }
  }

  private final class Sized extends AbstractCollection<Thing> {
    @Override
    public Iterator<Thing> iterator() {
      return new Reading();
    }

    @Override
    public int size() {
      cell.visit(Spot.COLLECTION_SIZE, -1);
      return cell.items;
    }
  }

  private final class Carrier implements ContextCarrier<Integer> {
    @Override
    public Integer capture() {
      cell.visit(Spot.CONTEXT_CAPTURE, -1);
      return 1;
    }

    @Override
    public Runnable install(Integer captured) {
      int attempt = cell.installs.getAndIncrement();
      cell.visit(Spot.CONTEXT_INSTALL, attempt);
      return () -> cell.visit(Spot.CONTEXT_UNDO, attempt);
    }
  }
}
