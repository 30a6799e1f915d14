package io.millrace.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cluster.PermitStore.Reservation;
import io.millrace.cluster.PermitStore.Session;
import io.millrace.cluster.PermitStore.Standing;
import io.millrace.cluster.StoreChange.State;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One shared limiter over a store that is not as one would wish. */
@NoLeaks
@Timeout(60)
class LeaserTest {
  private static final SharedLimit LIMIT = SharedLimit.of("test", RateLimit.perSecond(1_000));

  /** Sessions of a store in memory, whose answers a test changes. */
  private static class Changed implements Session {
    final AtomicInteger reserved = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final Session session;

    Changed(PermitStore store) {
      this.session = store.open(LIMIT);
    }

    @Override
    public Reservation reserve(long permits) {
      reserved.incrementAndGet();
      return session.reserve(permits);
    }

    @Override
    public Standing giveBack(long permits) {
      return session.giveBack(permits);
    }

    @Override
    public Standing pause(Duration duration) {
      return session.pause(duration);
    }

    @Override
    public Standing look() {
      return session.look();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  /* A clock that goes on by a real one, and asks before each wait of a leaser's thread. */
  private record Asking(TimeSource clock, Runnable beforeWait) implements TimeSource {
    @Override
    public long nanoTime() {
      return clock.nanoTime();
    }

    @Override
    public Instant now() {
      return clock.now();
    }

    @Override
    public Timer schedule(long atNanos, Runnable task) {
      return clock.schedule(atNanos, task);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      clock.sleep(duration);
    }

    @Override
    public Wait newWait() {
      if (Thread.currentThread().getName().startsWith("millrace-shared-limit-")) {
        beforeWait.run();
      }
      return clock.newWait();
    }
  }

  @Test
  @DisplayName(
      "R12 permits that are wanted during a pause, just as the leaser goes to rest, come after the pause")
  void wantedAsItGoesToRest() throws Exception {
    AtomicReference<SharedRateLimiter> shared = new AtomicReference<>();
    AtomicBoolean isPaused = new AtomicBoolean();
    AtomicBoolean hasAsked = new AtomicBoolean();
    CountDownLatch taken = new CountDownLatch(1);
    Runnable asking =
        () -> {
          if (isPaused.get() && hasAsked.compareAndSet(false, true)) {
            RateLimiter limiter = shared.get().limiter();
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        limiter.acquire();
                        taken.countDown();
                      } catch (InterruptedException | IllegalStateException ended) {
                        // the test has failed
                      }
                    });
            while (limiter.waiters() == 0) {
              Thread.onSpinWait();
            }
          }
        };
    MemoryPermits store = MemoryPermits.create();
    Changed session =
        new Changed(store) {
          @Override
          public Standing pause(Duration duration) {
            Standing standing = super.pause(duration);
            isPaused.set(true);
            return standing;
          }
        };
    shared.set(
        SharedRateLimiter.open(_ -> session, LIMIT, new Asking(TimeSource.system(), asking)));
    try (SharedRateLimiter limiter = shared.get()) {
      limiter.limiter().pause(ofMillis(200));
      taken.await(); // the test's timeout ends this
    }
  }

  @Test
  @DisplayName(
      "R12 a store whose pause lasts longer than this JVM's clock says is asked again at its end, not all the time")
  void pauseThatLastsLonger() throws InterruptedException {
    try (ManualClock clock = ManualClock.jumping()) {
      MemoryPermits store = MemoryPermits.create(clock);
      long start = clock.nanoTime();
      Duration late = ofSeconds(2);
      Changed session = new Changed(store) { // its clock is slow
            @Override
            public Reservation reserve(long permits) {
              reserved.incrementAndGet();
              sleep(clock, ofMillis(1));
              long left = start + late.toNanos() - clock.nanoTime();
              return left > 0
                  ? new Reservation(Duration.ZERO, 1, new Standing(1, Duration.ofNanos(left)))
                  : session.reserve(permits);
            }

            @Override
            public Standing pause(Duration duration) {
              return new Standing(1, duration);
            }

            @Override
            public Standing look() {
              long left = start + late.toNanos() - clock.nanoTime();
              return new Standing(1, Duration.ofNanos(Math.max(0, left)));
            }
          };
      try (SharedRateLimiter shared = SharedRateLimiter.open(_ -> session, LIMIT, clock)) {
        shared.limiter().pause(ofSeconds(1));
        shared.limiter().acquire();
        assertTrue(clock.elapsed().compareTo(late) >= 0, () -> "" + clock.elapsed());
        assertTrue(session.reserved.get() <= 5, () -> session.reserved + " reservations");
      }
    }
  }

  @Test
  @DisplayName("R12 the others hear of a pause also if the limiter is closed right after it")
  void closedAfterPause() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answering = new CountDownLatch(1);
    MemoryPermits store = MemoryPermits.create();
    Changed session =
        new Changed(store) {
          @Override
          public Reservation reserve(long permits) {
            asked.countDown();
            try {
              answering.await();
            } catch (InterruptedException ended) {
              throw new PermitStoreException("interrupted", ended);
            }
            return super.reserve(permits);
          }
        };
    SharedRateLimiter shared = SharedRateLimiter.open(_ -> session, LIMIT);
    assertFalse(shared.limiter().tryAcquire());
    asked.await();
    shared.limiter().pause(ofSeconds(600));
    Thread closing = Thread.ofPlatform().start(shared::close);
    assertThrows(IllegalStateException.class, () -> shared.limiter().acquire());
    answering.countDown();
    closing.join();
    assertTrue(store.open(LIMIT).look().pausedFor().compareTo(ofSeconds(500)) > 0);
  }

  @Test
  @DisplayName("A store that does not answer while its limiter is closed is not said to be lost")
  void closedWhileAsking() throws Exception {
    List<StoreChange> changes = new CopyOnWriteArrayList<>();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Changed session =
        new Changed(MemoryPermits.create()) {
          @Override
          public Reservation reserve(long permits) {
            asked.countDown();
            try {
              ended.await();
            } catch (InterruptedException interrupted) {
              throw new PermitStoreException("interrupted", interrupted);
            }
            throw new PermitStoreException("given up", null);
          }

          @Override
          public void close() { // more than a second after it was asked
            TimeSource real = TimeSource.system();
            real.schedule(real.nanoTime() + ofMillis(500).toNanos(), ended::countDown);
          }
        };
    try (SharedRateLimiter shared =
        SharedRateLimiter.open(_ -> session, LIMIT.onChange(changes::add))) {
      assertFalse(shared.limiter().tryAcquire());
      asked.await();
    }
    assertEquals(List.of(), changes);
  }

  private static void sleep(TimeSource clock, Duration duration) {
    try {
      clock.sleep(duration);
    } catch (InterruptedException interrupted) {
      throw new PermitStoreException("interrupted", interrupted);
    }
  }

  @Test
  @DisplayName(
      "A listener that blocks holds up no timer; it hears of changes in their order, one after the other")
  void listenerThatBlocks() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    CountDownLatch heard = new CountDownLatch(2);
    List<State> changes = new CopyOnWriteArrayList<>();
    CountDownLatch blocking = new CountDownLatch(1);
    CountDownLatch answering = new CountDownLatch(1);
    SharedLimit limit =
        LIMIT.onChange(
            change -> {
              blocking.countDown();
              try {
                released.await();
              } catch (InterruptedException ended) {
                return;
              }
              changes.add(change.state());
              heard.countDown();
            });
    Changed session =
        new Changed(MemoryPermits.create()) {
          @Override
          public Reservation reserve(long permits) {
            try {
              answering.await(); // no answer
            } catch (InterruptedException ended) {
              throw new PermitStoreException("interrupted", ended);
            }
            return super.reserve(permits);
          }
        };
    try (SharedRateLimiter shared = SharedRateLimiter.open(_ -> session, limit)) {
      shared.limiter().tryAcquire();
      blocking.await();
      CountDownLatch rung = new CountDownLatch(1);
      TimeSource.system().schedule(System.nanoTime(), rung::countDown);
      rung.await(); // the test's timeout ends this
      answering.countDown();
      while (session.reserved.get() == 0) {
        Thread.onSpinWait();
      }
      released.countDown();
      heard.await();
      assertEquals(List.of(State.LOST, State.BACK), changes);
    }
  }

  @Test
  @DisplayName("A session is closed if its limiter cannot be made")
  void closesTheSessionOfARefusedLimiter() {
    Changed session = new Changed(MemoryPermits.create());
    List<PermitSourceOfNobody> sources = new ArrayList<>(List.of(new PermitSourceOfNobody()));
    SharedLimit two = LIMIT.beside(RateLimit.leased(sources.getFirst(), 10));
    assertThrows(IllegalArgumentException.class, () -> SharedRateLimiter.open(_ -> session, two));
    assertEquals(1, session.closed.get());
  }

  /** Never has any. */
  private static final class PermitSourceOfNobody implements io.millrace.limit.spi.PermitSource {
    @Override
    public void attach(Lease lease) {}

    @Override
    public void wanted() {}

    @Override
    public void pausing(Duration duration) {}
  }

  @Test
  @DisplayName(
      "A store that answers null is lost, and one whose times have no end is taken at its word")
  void storeOfAnotherMaker() throws Exception {
    assertEquals(State.LOST, firstChange(() -> null));
    Reservation never =
        new Reservation(ofSeconds(Long.MAX_VALUE), 1, new Standing(0, Duration.ZERO));
    Changed session =
        new Changed(MemoryPermits.create()) {
          @Override
          public Reservation reserve(long permits) {
            super.reserve(permits);
            return never;
          }
        };
    try (SharedRateLimiter shared = SharedRateLimiter.open(_ -> session, LIMIT)) {
      assertFalse(shared.limiter().tryAcquire());
      while (session.reserved.get() == 0) {
        Thread.onSpinWait();
      }
      assertFalse(shared.limiter().tryAcquire());
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .anyMatch(thread -> thread.getName().equals("millrace-shared-limit-test")));
    }
  }

  private static State firstChange(Supplier<Reservation> answer) throws InterruptedException {
    List<StoreChange> changes = new CopyOnWriteArrayList<>();
    CountDownLatch heard = new CountDownLatch(1);
    Changed session =
        new Changed(MemoryPermits.create()) {
          @Override
          public Reservation reserve(long permits) {
            return answer.get();
          }
        };
    SharedLimit limit =
        LIMIT.onChange(
            change -> {
              changes.add(change);
              heard.countDown();
            });
    try (SharedRateLimiter shared = SharedRateLimiter.open(_ -> session, limit)) {
      shared.limiter().tryAcquire();
      heard.await();
      return changes.getFirst().state();
    }
  }
}
