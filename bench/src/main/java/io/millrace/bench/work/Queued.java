package io.millrace.bench.work;

import static io.millrace.bench.report.Metric.PERMIT;

import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** What a permit costs as those who wait for one become more: processor time of the one thread that does it all. */
record Queued(Kind kind) implements Workload {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /**
   * What becomes more.
   *
   * @param sizes the first one is the reference of the others
   * @param loop for a size, takes so many permits
   */
  enum Kind {
    ITEMS("items that wait", List.of(1_000, 10, 100_000, 1_000_000), items(10)),
    PARTIES("runs of which 10,000 items wait", List.of(10, 30, 100), parties(10_000)),
    KEYS("keys, of which 10 are in use", List.of(1_000, 10, 100_000, 1_000_000), Queued::keys);

    private final String text;
    private final List<Integer> sizes;
    private final Function<Integer, IntConsumer> loop;

    Kind(String text, List<Integer> sizes, Function<Integer, IntConsumer> loop) {
      this.text = text;
      this.sizes = sizes;
      this.loop = loop;
    }

    private static Function<Integer, IntConsumer> items(int parties) {
      return items -> new WaitingLine(items, parties)::grant;
    }

    private static Function<Integer, IntConsumer> parties(int items) {
      return parties -> new WaitingLine(items, parties)::grant;
    }
  }

  private static IntConsumer keys(int keys) {
    return new ManyKeys(keys)::take;
  }

  @Override
  public String name() {
    return "queue." + kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String title() {
    return "A permit of a rate limiter, by " + kind.text;
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(3, 7);
  }

  @Override
  public Field field(Effort effort) {
    int permits = effort.pick(200_000, 2_000_000);
    List<Entry> entries = kind.sizes.stream().map(size -> entry(size, permits)).toList();
    return new Field(entries.getFirst(), entries.subList(1, entries.size()));
  }

  private Entry entry(int size, int permits) {
    return Entry.of(String.valueOf(size), () -> sample(size, permits));
  }

  private Sample sample(int size, int permits) {
    IntConsumer loop = kind.loop.apply(size);
    loop.accept(permits / 10);
    long start = THREADS.getCurrentThreadCpuTime();
    loop.accept(permits);
    return Sample.of(PERMIT, (double) (THREADS.getCurrentThreadCpuTime() - start) / permits);
  }

  @Override
  public List<Target> targets(Figures figures) {
    double most = medians(figures).max().orElse(Double.NaN);
    double least = medians(figures).min().orElse(Double.NaN);
    return List.of(Target.atMost(name() + ".most.to.least", most / least, 1.5));
  }

  private static DoubleStream medians(Figures figures) {
    Stream<String> entries = figures.entries().stream();
    return entries.mapToDouble(each -> figures.median(each, PERMIT));
  }
}
