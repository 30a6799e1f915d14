package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RunControl;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/live.md} shows. */
class LiveTest {
  private final List<String> urls = List.of("/a", "/b", "/c");

  private int fetch(String url) {
    return url.length();
  }

  @Test
  void aControl() {
    // @start region="control"
    var control = new RunControl(); // from any thread, for as many runs as you like
    control.pause(); // nothing new starts
    control.concurrency(20);
    control.resume();

    var results = Parallel.of(8).control(control).map(urls, this::fetch);
    // @end
    assertEquals(3, results.okValues().size());
  }

  @Test
  void aRun() {
    // @start region="run"
    try (var run = Parallel.of(8).start(urls, this::fetch)) {
      run.pause();
      run.concurrency(2);
      run.resume();
      run.stream().forEach(outcome -> System.out.println(outcome.item()));
    }
    // @end
    try (var run = Parallel.of(8).start(urls, this::fetch)) {
      run.pause();
      run.resume();
      assertEquals(3, run.stream().count());
    }
  }

  @Test
  void anExecutor() throws Exception {
    // @start region="executor"
    try (var executor = ParallelExecutor.of(4)) {
      executor.pause();
      var length = executor.submit(() -> fetch("/a")); // waits
      executor.concurrency(8);
      executor.resume();
      System.out.println(length.get());
    }
    // @end
  }

  @Test
  void aRate() {
    // @start region="rate"
    var limiter = RateLimiter.of(RateLimit.perSecond(100).burst(10));
    var parallel = Parallel.of(20).rateLimit(limiter);

    limiter.limit(RateLimit.perSecond(5).burst(10)); // holds at once, also for those who wait
    // @end
    assertEquals(3, parallel.map(urls, this::fetch).okValues().size());
  }
}
