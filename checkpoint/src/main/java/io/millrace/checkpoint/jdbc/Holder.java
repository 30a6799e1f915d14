package io.millrace.checkpoint.jdbc;

import java.time.Instant;
import java.util.Objects;

/**
 * The run that has a checkpoint for itself.
 *
 * @param pid the process
 * @param host the machine, by the name that it gives itself
 * @param since when the run took the checkpoint
 */
public record Holder(long pid, String host, Instant since) {
  /** Checks the arguments. */
  public Holder {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(since, "since");
  }

  /** For people: {@code process 4711 on build7, since 2026-11-28T03:22:17Z}. */
  @Override
  public String toString() {
    return "process " + pid + " on " + host + ", since " + since;
  }
}
