package io.millrace.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * What the leak check looks at. What is new since the last check is held, so that it cannot get
 * lost; what is older is not, so that nothing piles up. Without a leak check, nothing is kept.
 */
final class Watched {
  private static final Set<Object> FRESH = new HashSet<>();
  private static final Set<Object> OLD = Collections.newSetFromMap(new WeakHashMap<>());
  private static boolean enabled;

  private Watched() {}

  static synchronized void enable() {
    enabled = true;
  }

  static synchronized void add(Object watched) {
    if (enabled) {
      FRESH.add(watched);
    }
  }

  /** Everything; from now on it is old. */
  static synchronized List<Object> all() {
    OLD.addAll(FRESH);
    FRESH.clear();
    return new ArrayList<>(OLD);
  }

  /** It has been reported: the next test is not to blame. */
  static synchronized void forget(Object watched) {
    OLD.remove(watched);
  }
}
