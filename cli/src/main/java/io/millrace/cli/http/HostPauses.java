package io.millrace.cli.http;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Until when which host has asked to stay away. Thread-safe. */
final class HostPauses {
  private static final int MANY = 1_000;
  private final ConcurrentMap<String, Long> endNanos = new ConcurrentHashMap<>();

  /** A host asks to stay away; of several pauses, the one that ends last counts. */
  void pause(String host, Duration wait) {
    long now = System.nanoTime();
    if (endNanos.size() > MANY) {
      endNanos.values().removeIf(end -> end - now <= 0);
    }
    endNanos.merge(host, now + wait.toNanos(), (one, other) -> one - other > 0 ? one : other);
  }

  boolean isPaused(String host) {
    Long end = endNanos.get(host);
    return end != null && end - System.nanoTime() > 0;
  }
}
