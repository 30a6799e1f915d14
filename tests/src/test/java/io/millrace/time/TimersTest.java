package io.millrace.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.base.ShortLock;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The timers of the real time. */
@Timeout(60)
class TimersTest {
  private final Timers timers = new Timers();

  private static long in(long millis) {
    return System.nanoTime() + millis * 1_000_000;
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(50, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName(
      "E6: timers ring by their times, and those of one time in the order in which they were set")
  void order() throws InterruptedException {
    List<Integer> rung = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch all = new CountDownLatch(5);
    long now = System.nanoTime();
    long[] times = {40, 20, 20, 0, 60};
    for (int i = 0; i < times.length; i++) {
      int number = i;
      timers.schedule(
          now + 200_000_000 + times[i] * 1_000_000,
          () -> {
            rung.add(number);
            all.countDown();
          });
    }
    await(all);
    assertEquals(List.of(3, 1, 2, 0, 4), rung);
  }

  @Test
  @DisplayName("E6: a timer that is set later and is due sooner wakes the thread")
  void sooner() throws InterruptedException {
    CountDownLatch rung = new CountDownLatch(1);
    TimeSource.Timer late = timers.schedule(in(3_600_000), () -> {});
    timers.schedule(in(5), rung::countDown);
    await(rung);
    late.cancel();
  }

  @Test
  @DisplayName(
      "E6: what a timer throws, or an interrupt flag that it leaves, is nothing to the next one")
  void hostile() throws InterruptedException {
    CountDownLatch rung = new CountDownLatch(1);
    List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
    long due = in(5);
    timers.schedule(due, () -> Thread.currentThread().interrupt());
    timers.schedule(
        due,
        () -> {
          interrupted.add(Thread.currentThread().isInterrupted());
          throw new IllegalStateException("of a timer");
        });
    timers.schedule(due, rung::countDown);
    await(rung);
    assertEquals(List.of(false), interrupted);
  }

  @Test
  @DisplayName(
      "E1: each timer rings once unless it was cancelled, whatever is set and cancelled meanwhile")
  void manyAtOnce() throws InterruptedException {
    int threads = 4;
    int each = 5_000;
    AtomicIntegerArray rung = new AtomicIntegerArray(threads * each);
    boolean[] isKept = new boolean[threads * each];
    List<Thread> setting = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int first = thread * each;
      Thread.Builder builder = thread % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      setting.add(
          builder.start(
              () -> {
                Random random = new Random(first);
                List<TimeSource.Timer> cancelled = new ArrayList<>();
                for (int number = first; number < first + each; number++) {
                  int mine = number;
                  isKept[mine] = random.nextBoolean();
                  long due = in(isKept[mine] ? random.nextInt(50) : 100_000 + random.nextInt(50));
                  TimeSource.Timer timer = timers.schedule(due, () -> rung.getAndIncrement(mine));
                  if (!isKept[mine]) {
                    cancelled.add(random.nextInt(cancelled.size() + 1), timer);
                  }
                }
                cancelled.forEach(TimeSource.Timer::cancel);
              }));
    }
    for (Thread one : setting) {
      one.join();
    }
    CountDownLatch after = new CountDownLatch(1);
    timers.schedule(in(60), after::countDown);
    await(after);
    for (int number = 0; number < isKept.length; number++) {
      assertEquals(isKept[number] ? 1 : 0, rung.get(number));
    }
  }

  @Test
  @DisplayName("E12: an interrupt by a stranger neither ends the thread nor keeps it busy")
  void strangersInterrupt() throws InterruptedException {
    List<Thread> ringing = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch rung = new CountDownLatch(1);
    TimeSource.Timer late = timers.schedule(in(3_600_000), () -> {});
    timers.schedule(
        in(0),
        () -> {
          ringing.add(Thread.currentThread());
          rung.countDown();
        });
    await(rung);
    Thread thread = ringing.getFirst();
    thread.interrupt();
    until(() -> !thread.isInterrupted());
    until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    CountDownLatch again = new CountDownLatch(1);
    timers.schedule(in(0), again::countDown);
    await(again);
    late.cancel();
  }

  private static void until(BooleanSupplier reached) {
    long start = System.nanoTime();
    while (!reached.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < 20_000_000_000L, "it did not come to be");
      Thread.yield();
    }
  }

  @Test
  @DisplayName("P4: a timer of the farthest time keeps none from ringing that is overdue")
  void farthest() throws InterruptedException {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch overdue = new CountDownLatch(1);
    timers.schedule(
        in(0),
        () -> {
          held.countDown();
          try {
            release.await();
          } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
          }
        });
    await(held);
    TimeSource.Timer farthest;
    try {
      timers.schedule(in(0), overdue::countDown);
      farthest = timers.schedule(System.nanoTime() + Long.MAX_VALUE, () -> {});
    } finally {
      release.countDown();
    }
    await(overdue);
    farthest.cancel();
  }

  @Test
  @DisplayName(
      "E11: a timer that is set while the thread cannot be started has one of its own, or is refused")
  void threadThatCannotBeStarted() throws Exception {
    CountDownLatch isStarting = new CountDownLatch(1);
    CountDownLatch fails = new CountDownLatch(1);
    AtomicInteger starts = new AtomicInteger();
    Timers failing =
        new Timers(
            task -> {
              if (starts.incrementAndGet() == 1) {
                isStarting.countDown();
                awaitQuietly(fails);
                throw new OutOfMemoryError("unable to create native thread (made up)");
              }
              Thread.ofPlatform().daemon().start(task);
            },
            1_000_000);
    FutureTask<TimeSource.Timer> first = new FutureTask<>(() -> failing.schedule(in(0), () -> {}));
    Thread.ofPlatform().daemon().start(first);
    await(isStarting);
    CountDownLatch rung = new CountDownLatch(1);
    FutureTask<TimeSource.Timer> second =
        new FutureTask<>(() -> failing.schedule(in(0), rung::countDown));
    Thread setting = Thread.ofPlatform().daemon().start(second);
    until(() -> second.isDone() || isIn(setting, "hasToStart"));
    fails.countDown();
    assertInstanceOf(
        OutOfMemoryError.class,
        assertThrows(ExecutionException.class, () -> first.get(20, TimeUnit.SECONDS)).getCause());
    second.get(20, TimeUnit.SECONDS);
    await(rung);
  }

  private static boolean isIn(Thread thread, String method) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals(method));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @Test
  @DisplayName(
      "E6: a virtual thread that sets a timer keeps its carrier: all others may wait for what it is about to do")
  void keepsItsCarrier() throws Exception {
    ShortLock held = lockOf(timers);
    CountDownLatch rung = new CountDownLatch(1);
    Thread setting;
    boolean isParked = false;
    held.lock();
    try {
      setting = Thread.ofVirtual().start(() -> timers.schedule(in(0), rung::countDown));
      long start = System.nanoTime();
      while (!isParked && System.nanoTime() - start < 300_000_000) {
        isParked = setting.getState() == Thread.State.WAITING;
        Thread.yield();
      }
    } finally {
      held.unlock();
    }
    await(rung);
    setting.join();
    assertFalse(isParked);
  }

  private static ShortLock lockOf(Timers timers) throws ReflectiveOperationException {
    Field field = Timers.class.getDeclaredField("lock");
    field.setAccessible(true);
    return (ShortLock) field.get(timers);
  }

  @Test
  @DisplayName("E6: timers ring in the order of their times, however many were cancelled meanwhile")
  void orderOfMany() throws InterruptedException {
    Random random = new Random(7);
    int all = 2_000;
    long base = in(200);
    List<Long> rung = Collections.synchronizedList(new ArrayList<>());
    List<TimeSource.Timer> set = new ArrayList<>();
    List<Long> expected = new ArrayList<>();
    Set<Integer> cancelled = new HashSet<>();
    long[] dues = new long[all];
    for (int i = 0; i < all; i++) {
      long due = random.nextInt(100) * 1_000_000L;
      long key = due + i; // fewer than a step between two times
      dues[i] = key;
      set.add(timers.schedule(base + due, () -> rung.add(key)));
      if (random.nextBoolean()) {
        int victim = random.nextInt(set.size());
        set.get(victim).cancel();
        cancelled.add(victim);
      }
    }
    boolean isInTime = System.nanoTime() - base < 0; // else some rang before others were set
    CountDownLatch last = new CountDownLatch(1);
    timers.schedule(base + 101_000_000L, last::countDown);
    await(last);
    for (int i = 0; i < all; i++) {
      if (!cancelled.contains(i)) {
        expected.add(dues[i]);
      }
    }
    if (isInTime) {
      Collections.sort(expected);
      assertEquals(expected, rung);
    }
  }

  @Test
  @DisplayName(
      "E1: the thread ends when there are no timers, and another one begins with the next timer")
  void threadEnds() throws InterruptedException {
    List<Thread> ringing = Collections.synchronizedList(new ArrayList<>());
    for (int round = 0; round < 2; round++) {
      CountDownLatch rung = new CountDownLatch(1);
      timers.schedule(
          in(0),
          () -> {
            ringing.add(Thread.currentThread());
            rung.countDown();
          });
      await(rung);
      ringing.getLast().join();
    }
    assertTrue(ringing.getFirst().isDaemon());
    assertFalse(ringing.getFirst().equals(ringing.getLast()));
  }
}
