package io.millrace.cluster;

import io.millrace.plan.RateLimit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.DoubleFunction;

/**
 * JVMs that share a limit, as discrete events: the library's own {@link SharedBucket} and {@link LeaseSize}, and a model of the
 * leaser, the network and the database, which serves one call after the other. The same each time.
 */
final class ClusterSimulation {
  static final long SECOND = 1_000_000_000L;
  private static final long BIN = 10_000_000L;
  private static final int BINS_OF_SECOND = 100;
  private static final long SERVICE = 2_000_000L;

  /**
   * What is simulated.
   *
   * @param workers JVMs
   * @param perSecond the limit
   * @param roundTripMillis to the database, half to twice that
   * @param busy the part of the workers that wants all it can get; each of the others wants a fifth of an equal share
   * @param lifeSeconds how long a JVM lives on average, before another one takes its place; 0 for ever
   * @param drift of the JVMs' clocks, at most, as a part of the time
   * @param sizing how many permits at a time
   */
  record Setting(
      int workers,
      double perSecond,
      double roundTripMillis,
      double busy,
      double lifeSeconds,
      double drift,
      DoubleFunction<Sizing> sizing) {
    static Setting of(int workers, double perSecond, double roundTripMillis) {
      return new Setting(workers, perSecond, roundTripMillis, 1, 0, 0, Sizing::own);
    }

    Setting busy(double part) {
      return new Setting(workers, perSecond, roundTripMillis, part, lifeSeconds, drift, sizing);
    }

    Setting living(double seconds) {
      return new Setting(workers, perSecond, roundTripMillis, busy, seconds, drift, sizing);
    }

    Setting drifting(double drift) {
      return new Setting(workers, perSecond, roundTripMillis, busy, lifeSeconds, drift, sizing);
    }

    Setting sized(DoubleFunction<Sizing> sizing) {
      return new Setting(workers, perSecond, roundTripMillis, busy, lifeSeconds, drift, sizing);
    }
  }

  /**
   * What came of it, from the tenth second to the end.
   *
   * @param used part of the limit
   * @param most starts in any second, as a part of the limit
   * @param reserves calls a second that reserve permits
   * @param looks calls a second that look for pauses
   * @param fairness Jain's index of the busy workers' starts
   */
  record Result(double used, double most, double reserves, double looks, double fairness) {}

  private record Event(long at, long number, Runnable task) {}

  private final class Worker {
    private final double slow = 1 + setting.drift * (2 * random.nextDouble() - 1);
    private final int place;
    private final boolean isBusy;
    private final Sizing sizing = setting.sizing.apply(setting.perSecond);
    private final ArrayDeque<Long> permits = new ArrayDeque<>();
    private boolean isCalling;
    private boolean isScheduled;
    private boolean isDead;
    private long waiting;
    private long lastReserve;
    private long heardAt = now;
    private long starts;

    private Worker(int place, boolean isBusy) {
      this.place = place;
      this.isBusy = isBusy;
      this.lastReserve = now;
      if (setting.lifeSeconds > 0) {
        long life = (long) (-Math.log(1 - random.nextDouble()) * setting.lifeSeconds * SECOND);
        at(now + life, this::die);
      }
      at(now + random.nextLong(SECOND), isBusy ? this::act : this::arrive);
      at(now + Leaser.LOOK_NANOS, this::look);
    }

    private void die() {
      isDead = true;
      workers.set(place, new Worker(place, isBusy));
    }

    private void arrive() {
      if (!isDead) {
        waiting++;
        double perSecond = 0.2 * setting.perSecond / setting.workers;
        at(now + (long) (-Math.log(1 - random.nextDouble()) / perSecond * SECOND), this::arrive);
        act();
      }
    }

    private void act() {
      if (isDead) {
        return;
      }
      while ((isBusy || waiting > 0) && !permits.isEmpty() && permits.peek() <= now) {
        permits.remove();
        waiting--;
        started(this);
      }
      boolean wants = isBusy || waiting > 0;
      if (!isCalling && permits.size() < sizing.least() && (wants || starts > 0)) {
        if (wants || permits.size() < sizing.least() / 2 + 1) {
          reserve();
        }
      }
      if (wants && !permits.isEmpty() && !isScheduled) {
        isScheduled = true;
        at(
            permits.peek(),
            () -> {
              isScheduled = false;
              act();
            });
      }
    }

    private void reserve() {
      isCalling = true;
      long asked = now;
      long block = sizing.block();
      long since = now - lastReserve;
      lastReserve = now;
      reserves++;
      at(
          now + oneWay(),
          () -> {
            servedUntil = Math.max(now, servedUntil) + SERVICE;
            at(servedUntil, () -> answer(asked, since, block));
          });
    }

    private void answer(long asked, long since, long block) {
      PermitStore.Reservation reservation = bucket.reserve(block, now);
      at(now + oneWay(), () -> answered(asked, since, block, reservation));
    }

    private void answered(long asked, long since, long block, PermitStore.Reservation reservation) {
      if (isDead) {
        return;
      }
      isCalling = false;
      heardAt = now;
      sizing.leased(since, now - asked, reservation.number(), isBusy || waiting > 0);
      long lastIn = reservation.lastIn().toNanos();
      double gap = SECOND / setting.perSecond;
      for (long i = block - 1; i >= 0; i--) {
        permits.add(now + (long) ((lastIn - i * gap) * slow));
      }
      act();
    }

    private void look() {
      if (!isDead) {
        boolean isDue = now - heardAt >= Leaser.LOOK_NANOS && !isCalling && !permits.isEmpty();
        if (isDue) {
          looks++;
          heardAt = now;
        }
        at(Math.max(now + Leaser.LOOK_NANOS, heardAt + Leaser.LOOK_NANOS), this::look);
      }
    }
  }

  private final Setting setting;
  private final Random random = new Random(42);
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final SharedBucket bucket;
  private final List<Worker> workers = new ArrayList<>();
  private final int[] bins;
  private final long from = 10 * SECOND;
  private final long end;
  private long now;
  private long numbers;
  private long servedUntil;
  private long reserves;
  private long looks;

  private ClusterSimulation(Setting setting, int seconds) {
    this.setting = setting;
    this.end = seconds * SECOND;
    this.bins = new int[(int) (end / BIN) + 1];
    this.bucket = SharedBucket.full(RateLimit.perSecond(setting.perSecond), 0);
  }

  static Result run(Setting setting, int seconds) {
    return new ClusterSimulation(setting, seconds).run();
  }

  private void at(long time, Runnable task) {
    events.add(new Event(time, numbers++, task));
  }

  private long oneWay() {
    return (long) (setting.roundTripMillis * 1e6 / 2 * (0.5 + 1.5 * random.nextDouble()));
  }

  private void started(Worker worker) {
    bins[(int) (now / BIN)]++;
    if (now >= from) {
      worker.starts++;
    }
  }

  private Result run() {
    for (int i = 0; i < setting.workers; i++) {
      workers.add(new Worker(i, i < Math.ceil(setting.busy * setting.workers)));
    }
    long reservesBefore = 0;
    long looksBefore = 0;
    for (Event next = events.poll(); next != null && next.at < end; next = events.poll()) {
      if (now < from && next.at >= from) {
        reservesBefore = reserves;
        looksBefore = looks;
      }
      now = next.at;
      next.task.run();
    }
    double seconds = (double) (end - from) / SECOND;
    return new Result(
        used(),
        most(),
        (reserves - reservesBefore) / seconds,
        (looks - looksBefore) / seconds,
        fairness());
  }

  private double used() {
    long all = 0;
    for (int i = (int) (from / BIN); i < end / BIN; i++) {
      all += bins[i];
    }
    return all / (setting.perSecond * (end - from) / SECOND);
  }

  private double most() {
    int inSecond = 0;
    int most = 0;
    for (int i = (int) (from / BIN); i < end / BIN; i++) {
      inSecond += bins[i];
      inSecond -= i - BINS_OF_SECOND >= from / BIN ? bins[i - BINS_OF_SECOND] : 0;
      most = Math.max(most, inSecond);
    }
    return most / setting.perSecond;
  }

  private double fairness() {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (Worker worker : workers) {
      if (worker.isBusy) {
        sum += worker.starts;
        squares += (double) worker.starts * worker.starts;
        count++;
      }
    }
    return sum == 0 ? 0 : sum * sum / (count * squares);
  }
}
