package io.millrace.engine.watch;

import io.millrace.base.ShortLock;
import io.millrace.outcome.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who has asked for pauses, and until when; of a bounded number of origins. Thread-safe. */
final class Pauses {
  private static final int MOST_ORIGINS = 32;

  /* Guards everything below: whoever pauses races with whoever pauses or reads. */
  private final ShortLock lock = new ShortLock();

  /* The one that was paused last comes last. */
  private final LinkedHashMap<String, Origin> origins = new LinkedHashMap<>();
  private long until;
  private long nanos;
  private boolean isAny;

  private record Origin(long times, long until) {}

  /** Somebody asks for a pause from now on. */
  void add(String origin, long now, long length) {
    long end = now + length;
    lock.lock();
    try {
      Origin known = origins.remove(origin);
      if (known == null && origins.size() == MOST_ORIGINS) {
        origins.pollFirstEntry();
      }
      long times = known == null ? 1 : known.times + 1;
      origins.put(
          origin, new Origin(times, known == null || end - known.until > 0 ? end : known.until));
      long held = isAny && until - now > 0 ? until : now;
      if (end - held > 0) {
        nanos += end - held;
        until = end;
        isAny = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nobody waits any more. */
  void end(long now) {
    lock.lock();
    try {
      if (isAny && until - now > 0) {
        nanos -= until - now;
        until = now;
      }
      origins.replaceAll(
          (origin, each) -> each.until - now > 0 ? new Origin(each.times, now) : each);
    } finally {
      lock.unlock();
    }
  }

  /** How long a pause held so far. */
  Duration held(long now) {
    lock.lock();
    try {
      return Duration.ofNanos(isAny ? nanos - Math.max(0, until - now) : 0);
    } finally {
      lock.unlock();
    }
  }

  /** All of them, the latest one last. */
  List<Pause> list(long now) {
    List<Pause> all = new ArrayList<>();
    lock.lock();
    try {
      for (Map.Entry<String, Origin> each : origins.entrySet()) {
        Origin origin = each.getValue();
        Duration left = Duration.ofNanos(Math.max(0, origin.until - now));
        all.add(new Pause(each.getKey(), origin.times, left));
      }
    } finally {
      lock.unlock();
    }
    return all;
  }
}
