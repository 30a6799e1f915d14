package io.millrace.examples.documentation;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import io.millrace.outcome.Wording;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** What {@code docs/monitor.md} shows. */
class MonitorTest {
  private final List<String> urls = List.of("a", "b", "c");
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();

  private String fetch(String url) throws IOException {
    if (url.equals("b")) {
      throw new IOException("reset");
    }
    return url;
  }

  @Test
  void monitor() {
    // @start region="monitor"
    Monitor monitor = Monitor.of();
    Parallel parallel = Parallel.of(20).monitor(monitor);

    parallel.map(urls, this::fetch); // meanwhile, or afterwards, in any thread:

    Snapshot now = monitor.snapshot();
    long waiting = now.waitingFor(WaitCause.RATE) + now.waitingFor(WaitCause.PAUSE);
    String slowest = now.returned().percentile(99).toString();
    // @end
    assertEquals(3, now.done());
    assertEquals(1, now.failed());
    assertEquals(0, waiting);
    assertEquals("PT", slowest.substring(0, 2));
  }

  @Test
  void report() {
    // @start region="report"
    var report = Parallel.of(4).map(urls, this::fetch).report();
    String text =
        report.groups().stream()
            .map(group -> group.count() + " x " + group.cause() + ", as " + group.sample())
            .collect(joining("; "));
    // @end
    assertEquals("1 x IOException: reset, as b", text);
  }

  @Test
  void words() {
    // @start region="words"
    Wording byClass =
        new Wording() {
          @Override
          public String cause(Throwable error) {
            return error.getClass().getName();
          }
        };
    Monitor monitor = Monitor.of(byClass, this::log);
    // @end
    Parallel.of(1).monitor(monitor).map(urls, this::fetch);
    assertEquals("java.io.IOException", monitor.snapshot().failures().groups().getFirst().cause());
    assertEquals(List.of("a", "b", "c"), List.copyOf(lines));
  }

  private void log(MonitorEvent event) {
    if (event instanceof MonitorEvent.Ended(var item, var _, var _, var _)) {
      lines.add(String.valueOf(item));
    }
  }
}
