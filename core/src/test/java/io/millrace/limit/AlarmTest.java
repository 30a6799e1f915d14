package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.plan.RateLimit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An alarm leaves no timer if it is stopped")
class AlarmTest {
  private final AtomicReference<Runnable> whileStarting = new AtomicReference<>(() -> {});
  private final FakeClock clock = new FakeClock(this::lateness);
  private final Leaves leaves = new Leaves(RateLimit.perSecond(1));
  private final Turnstile turnstile =
      new Turnstile(clock, 0, self -> new OneGate(leaves.gate(self, 0)));
  private final GateAlarm alarm = new GateAlarm(leaves.gate(turnstile, 0), clock.nanoTime() + 1);

  private long lateness() {
    whileStarting.get().run();
    return 0;
  }

  @Test
  void beforeItIsStarted() {
    alarm.stop();
    alarm.start(turnstile);
    assertEquals(0, clock.scheduled());
  }

  @Test
  void whileItIsBeingStarted() {
    whileStarting.set(alarm::stop);
    alarm.start(turnstile);
    assertEquals(1, clock.scheduled());
    assertEquals(0, clock.pending());
  }

  @Test
  void afterItWasStarted() {
    alarm.start(turnstile);
    assertEquals(1, clock.pending());
    alarm.stop();
    assertEquals(0, clock.pending());
  }
}
