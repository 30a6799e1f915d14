package io.millrace.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cluster.PermitStore.Session;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits in memory, which do what those on a server do. */
class MemoryPermitsTest {
  private static final SharedLimit LIMIT = SharedLimit.of("test", RateLimit.perHour(1).burst(10));
  private static final SharedLimit OTHER = SharedLimit.of("test", RateLimit.perHour(2).burst(20));

  @Test
  @DisplayName(
      "A limit that is in use is not opened with another rate; one that nobody uses is replaced")
  void otherRate() {
    try (ManualClock clock = new ManualClock()) {
      MemoryPermits store = MemoryPermits.create(clock);
      Session session = store.open(LIMIT);
      session.reserve(10);
      clock.advance(Duration.ofSeconds(59));
      session.look();
      String refused =
          assertThrows(PermitStoreException.class, () -> store.open(OTHER)).getMessage();
      assertTrue(refused.contains("in use with 1.0 permits"), refused);
      clock.advance(Duration.ofSeconds(1));
      assertEquals(Duration.ZERO, store.open(OTHER).reserve(20).lastIn());
      assertThrows(PermitStoreException.class, () -> session.reserve(1));
      assertThrows(PermitStoreException.class, session::look);
      clock.advance(Duration.ofSeconds(60));
      session.look();
      Session other = store.open(OTHER);
      other.reserve(1);
      clock.advance(Duration.ofSeconds(60));
      assertEquals(Duration.ZERO, session.reserve(10).lastIn());
      assertThrows(PermitStoreException.class, () -> other.reserve(1));
    }
  }

  @Test
  @DisplayName("Another rate does not end a pause, though nobody uses a limit that is paused")
  void otherRateInPause() {
    try (ManualClock clock = new ManualClock()) {
      MemoryPermits store = MemoryPermits.create(clock);
      Session session = store.open(LIMIT);
      session.pause(Duration.ofSeconds(600));
      clock.advance(Duration.ofSeconds(599));
      assertThrows(PermitStoreException.class, () -> store.open(OTHER));
      assertEquals(Duration.ofSeconds(1), session.look().pausedFor());
      clock.advance(Duration.ofSeconds(1));
      assertEquals(Duration.ZERO, store.open(OTHER).look().pausedFor());
    }
  }
}
