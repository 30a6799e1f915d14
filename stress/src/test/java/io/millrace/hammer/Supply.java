package io.millrace.hammer;

import io.millrace.plan.Source;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/** Where the items come from: the numbers from 0, so that an item is equal to its index. */
enum Supply {
  LIST,
  ITERATOR,
  BLOCKING_ITERABLE,
  BLOCKING_SUPPLIER,
  STREAM,
  PUBLISHER,
  /** One that sends in the thread that asks it. */
  DIRECT_PUBLISHER;

  boolean isPublished() {
    return this == PUBLISHER || this == DIRECT_PUBLISHER;
  }

  static final class BrokenSourceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenSourceException() {
      super("the source breaks, as planned");
    }
  }

  /** Whether the run knows the items before it reads them. */
  boolean isSized() {
    return this == LIST;
  }

  /** Whether reading can throw an error of its own. */
  boolean canBreak() {
    return this != LIST;
  }

  Iterable<Integer> items(Plan plan, Probe probe) {
    List<Integer> list = IntStream.range(0, plan.items()).boxed().toList();
    Reader reader = new Reader(plan, probe);
    return switch (this) {
      case LIST -> list;
      case ITERATOR -> Source.of(reader);
      case BLOCKING_ITERABLE -> () -> reader;
      case BLOCKING_SUPPLIER ->
          Source.supplying(
              () -> reader.hasNext() ? Optional.of(reader.next()) : Optional.<Integer>empty());
      case STREAM -> Source.of(IntStream.range(0, plan.items()).boxed().peek(reader::check));
      case PUBLISHER -> Source.of(published(reader));
      case DIRECT_PUBLISHER -> Source.of(new Direct(reader));
    };
  }

  private static Flow.Publisher<Integer> published(Reader reader) {
    return subscriber -> {
      SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
      publisher.subscribe(subscriber);
      Thread.ofVirtual().start(() -> publishAll(reader, publisher));
    };
  }

  private static void publishAll(Reader reader, SubmissionPublisher<Integer> publisher) {
    try {
      while (reader.hasNext()) {
        publisher.submit(reader.next());
      }
      publisher.close();
    } catch (BrokenSourceException planned) {
      publisher.closeExceptionally(planned);
    }
  }

  /** Sends what it is asked for at once; one subscriber, who asks in one thread. */
  private record Direct(Reader reader) implements Flow.Publisher<Integer> {
    @Override
    public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
      subscriber.onSubscribe(new Sending(reader, subscriber));
    }

    private static final class Sending implements Flow.Subscription {
      private final Reader reader;
      private final Flow.Subscriber<? super Integer> subscriber;
      private long wanted;
      private boolean sends;
      private volatile boolean ended;

      Sending(Reader reader, Flow.Subscriber<? super Integer> subscriber) {
        this.reader = reader;
        this.subscriber = subscriber;
      }

      @Override
      public void request(long items) {
        wanted += items;
        if (!sends) { // else it is asked while it sends
          sends = true;
          send();
          sends = false;
        }
      }

      private void send() {
        try {
          for (; wanted > 0 && !ended && reader.hasNext(); wanted--) {
            subscriber.onNext(reader.next());
          }
        } catch (BrokenSourceException planned) {
          ended = true;
          subscriber.onError(planned);
        }
        if (!ended && !reader.hasNext()) {
          ended = true;
          subscriber.onComplete();
        }
      }

      @Override
      public void cancel() {
        ended = true;
      }
    }
  }

  /** Blocks now and then, and notices if two threads read at once, or too far ahead. */
  private static final class Reader implements Iterator<Integer> {
    private final Plan plan;
    private final Probe probe;
    private final IntSupplier ahead;
    private int next;
    private volatile boolean busy;

    Reader(Plan plan, Probe probe) {
      this.plan = plan;
      this.probe = probe;
      this.ahead = () -> next - probe.taken();
    }

    @Override
    public boolean hasNext() {
      if (busy) {
        probe.wrong("the source is read by two threads at once");
      }
      return next < plan.items();
    }

    @Override
    public Integer next() {
      busy = true;
      try {
        block();
        check(next);
        int item = next++;
        if (plan.windowIsExact() && ahead.getAsInt() > plan.window() + 1) {
          probe.wrong("the source is read " + ahead.getAsInt() + " items ahead");
        }
        return item;
      } finally {
        busy = false;
      }
    }

    void check(int item) {
      if (item == plan.breaksAt()) {
        throw new BrokenSourceException();
      }
    }

    private void block() {
      if (plan.supply() == LIST || ThreadLocalRandom.current().nextInt(100) > 0) {
        return;
      }
      try {
        TimeSource.system().sleep(Duration.ofNanos(ThreadLocalRandom.current().nextInt(200_000)));
      } catch (InterruptedException ended) {
        throw new BrokenSourceException();
      }
    }
  }
}
