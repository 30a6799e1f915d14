package io.millrace.engine.out;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The interleaving: the window is full; the consumer takes an outcome and does not come back soon, just
 * when the last worker says that it starves, and leaves. One of them has to see the other: the consumer
 * the starving worker (first), or the worker the room (second). Else the next item is not started.
 */
public final class StarvingHunt {
  private StarvingHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"true, true", "true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "seen")
  @Outcome(expect = FORBIDDEN, desc = "there is room, and nobody uses it")
  public static class Sound {
    private final Deliveries deliveries = new Deliveries();
    private volatile boolean starved;

    @Actor
    public void consumer(ZZ_Result result) {
      deliveries.deliver();
      result.r1 = starved;
    }

    @Actor
    public void worker(ZZ_Result result) {
      starved = true;
      result.r2 = deliveries.delivered() == 1;
    }
  }

  /** Publishes what was taken by a release: the look may come before it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, true", "true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "seen")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "there is room, and nobody uses it")
  public static class Racy {
    private final AtomicLong delivered = new AtomicLong();
    private volatile boolean starved;

    @Actor
    public void consumer(ZZ_Result result) {
      delivered.setRelease(1);
      result.r1 = starved;
    }

    @Actor
    public void worker(ZZ_Result result) {
      starved = true;
      result.r2 = delivered.get() == 1;
    }
  }
}
