package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.report.Metric.LAST;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Sample;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One item of 2 s among items of 1 ms: when has the consumer got all the others? */
record Straggler(int concurrency) implements Workload {
  private static final int SLOW = 50;
  private static final long SLOW_MILLIS = 2_000;

  @Override
  public String name() {
    return "straggler." + concurrency;
  }

  @Override
  public String title() {
    return "One straggler of 2 s among items of 1 ms at concurrency %,d".formatted(concurrency);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(1, 3);
  }

  @Override
  public Field field(Effort effort) {
    List<Integer> items = Items.upTo(effort.pick(20_000, 100_000));
    return new Field(
            entry(Contenders.millrace(), items),
            Contenders.named(Contenders.PEERS).stream().map(each -> entry(each, items)).toList())
        .withBefore(before -> entry(before.runs(BEFORE), items));
  }

  private Entry entry(Contender contender, List<Integer> items) {
    List<Integer> ordinary = Items.upTo(SLOW);
    return new Entry(
        contender.name(), () -> sample(contender, ordinary), () -> sample(contender, items));
  }

  private Sample sample(Contender contender, List<Integer> items) throws Exception {
    Ordinary ordinary = new Ordinary(items.size() - (items.size() > SLOW ? 1 : 0));
    long start = System.nanoTime();
    contender.run(
        Job.of(items, concurrency, Delivery.COMPLETION, item -> work(item, ordinary)), ordinary);
    return Sample.of(LAST, (ordinary.lastNanos - start) / 1e6);
  }

  private static Integer work(Integer item, Ordinary ordinary) throws InterruptedException {
    if (item == SLOW) {
      // Nobody learns anything from the rest of its time.
      ordinary.all.await(SLOW_MILLIS, TimeUnit.MILLISECONDS);
      return item;
    }
    return Tasks.sleep(item);
  }

  /** Counts the results of the others; used by one thread at a time, but for the latch. */
  private static final class Ordinary implements Consumer<Integer> {
    private final CountDownLatch all = new CountDownLatch(1);
    private int missing;
    private long lastNanos;

    Ordinary(int missing) {
      this.missing = missing;
    }

    @Override
    public void accept(Integer result) {
      if (result != SLOW && --missing == 0) {
        lastNanos = System.nanoTime();
        all.countDown();
      }
    }
  }
}
