package io.millrace.limit;

import io.millrace.base.ShortLock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Who wants to hear that permits may come earlier than was said: in the order of arrival. Thread-safe. */
final class EarlierListeners {
  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock: those who add and leave race with those who tell. */
  private final Set<RateLimiter.Earlier> all = new LinkedHashSet<>();

  /* Written under the lock, read without it: who changes something, then looks at this; who adds itself, looks at the
   * limit again afterwards. So one of the two sees the other. */
  private volatile boolean areNone = true;

  void add(RateLimiter.Earlier listener) {
    lock.lock();
    try {
      all.add(listener);
      areNone = false;
    } finally {
      lock.unlock();
    }
  }

  void remove(RateLimiter.Earlier listener) {
    lock.lock();
    try {
      all.remove(listener);
      areNone = all.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  void tell() {
    if (!areNone) {
      now().forEach(each -> Offers.runQuietly(each.listener()));
    }
  }

  private List<RateLimiter.Earlier> now() {
    lock.lock();
    try {
      return List.copyOf(all);
    } finally {
      lock.unlock();
    }
  }
}
