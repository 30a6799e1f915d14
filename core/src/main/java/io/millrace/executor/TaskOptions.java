package io.millrace.executor;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.engine.terms.TaskIdentity;
import io.millrace.engine.terms.Tuning;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to run a task: see {@link ParallelExecutor#submit(java.util.concurrent.Callable, TaskOptions)}.
 * Immutable; each method makes a changed copy, so one value serves many tasks.
 */
public final class TaskOptions {
  private static final TaskOptions NONE =
      new TaskOptions(
          Retry.none(), Require.NEVER, Require.NEVER, null, 0, Require.NEVER, null, null);

  private final Retry retry;
  private final Duration attemptTimeout;
  private final Duration timeout;
  private final @Nullable WeightedSemaphore semaphore;
  private final int permits;
  private final Duration deadline;
  private final @Nullable ItemId key;
  private final byte @Nullable [] fingerprint;
  private final Tuning tuning;

  private TaskOptions(
      Retry retry,
      Duration attemptTimeout,
      Duration timeout,
      @Nullable WeightedSemaphore semaphore,
      int permits,
      Duration deadline,
      @Nullable ItemId key,
      byte @Nullable [] fingerprint) {
    this.retry = retry;
    this.attemptTimeout = attemptTimeout;
    this.timeout = timeout;
    this.semaphore = semaphore;
    this.permits = permits;
    this.deadline = deadline;
    this.key = key;
    this.fingerprint = fingerprint;
    this.tuning =
        new Tuning(retry, attemptTimeout, timeout, semaphore, permits, identity(key, fingerprint));
  }

  private static @Nullable TaskIdentity identity(
      @Nullable ItemId key, byte @Nullable [] fingerprint) {
    return key == null
        ? null
        : new TaskIdentity(
            key, fingerprint == null ? RunCheckpoint.fingerprint(null) : fingerprint);
  }

  /** One attempt, no timeouts, no semaphore, no deadline, no key. */
  public static TaskOptions none() {
    return NONE;
  }

  static TaskOptions of(Retry retry, Duration attemptTimeout, Duration timeout, Duration deadline) {
    return new TaskOptions(retry, attemptTimeout, timeout, null, 0, deadline, null, null);
  }

  /** Which failures and results to repeat. A task keeps no worker between its attempts. */
  public TaskOptions retry(Retry retry) {
    Objects.requireNonNull(retry, "retry");
    return new TaskOptions(
        retry, attemptTimeout, timeout, semaphore, permits, deadline, key, fingerprint);
  }

  /**
   * How long one attempt may take; then it is interrupted and fails with a {@link
   * java.util.concurrent.TimeoutException}, which may be repeated.
   *
   * @param timeout not negative; at zero nothing is called
   */
  public TaskOptions attemptTimeout(Duration timeout) {
    Require.notNegative("attemptTimeout", timeout);
    return new TaskOptions(
        retry, timeout, this.timeout, semaphore, permits, deadline, key, fingerprint);
  }

  /**
   * How long the task may take from its first attempt, with all its retries and the waits between.
   *
   * @param timeout not negative; at zero nothing is called
   */
  public TaskOptions timeout(Duration timeout) {
    Require.notNegative("timeout", timeout);
    return new TaskOptions(
        retry, attemptTimeout, timeout, semaphore, permits, deadline, key, fingerprint);
  }

  /** As {@link #semaphore(WeightedSemaphore, int)} with one permit. */
  public TaskOptions semaphore(WeightedSemaphore semaphore) {
    return semaphore(semaphore, 1);
  }

  /**
   * Each attempt takes permits of a semaphore, which others may share, and gives them back when it ends. A
   * task that waits for permits keeps no worker, and a task that backs off keeps no permits. If there is a
   * rate limit as well, the task keeps its permits while it waits for that. In a pause, and when no worker is free once
   * the limit would let it go on, it gives them back, and waits for both anew.
   *
   * @param permits at least 1
   */
  public TaskOptions semaphore(WeightedSemaphore semaphore, int permits) {
    Objects.requireNonNull(semaphore, "semaphore");
    Require.atLeast("permits", permits, 1);
    return new TaskOptions(
        retry, attemptTimeout, timeout, semaphore, permits, deadline, key, fingerprint);
  }

  /**
   * How long after its submission the task has to end. This includes all waits: for room, for a worker, for
   * permits, between attempts. When the time is up, a task that has not begun does not begin, a running
   * attempt is interrupted, and the future fails with a {@link java.util.concurrent.TimeoutException}, at
   * once. An attempt that ignores its interrupt keeps its worker. {@link #timeout} counts from the first
   * attempt instead.
   *
   * @param deadline not negative; at zero nothing is called
   */
  public TaskOptions deadline(Duration deadline) {
    Require.notNegative("deadline", deadline);
    return new TaskOptions(
        retry, attemptTimeout, timeout, semaphore, permits, deadline, key, fingerprint);
  }

  /** As {@link #key(ItemId)} with the id of this string. */
  public TaskOptions key(String key) {
    return key(ItemId.of(Objects.requireNonNull(key, "key")));
  }

  /**
   * How the checkpoint of the executor finds the task: a task whose value is there is not run, and its future gets that
   * value. Each task needs a key of its own; one that is submitted while another with the same key is under way is refused.
   * Only for executors with a {@link io.millrace.Parallel#checkpoint}, where every task needs one.
   *
   * @param key of a string, number, {@code UUID} or bytes; not of a position, which tasks have none of
   */
  public TaskOptions key(ItemId key) {
    Objects.requireNonNull(key, "key");
    if (key.kind() == ItemId.Kind.POSITION) {
      throw new IllegalArgumentException(
          "key must be of a string, number, UUID or bytes, because tasks have no position; not: "
              + key);
    }
    return new TaskOptions(
        retry, attemptTimeout, timeout, semaphore, permits, deadline, key, fingerprint);
  }

  /**
   * What the task's value depends on, beside its key: a task with another fingerprint than the stored one runs again, and
   * replaces that. By default the key alone counts.
   *
   * @param fingerprint null, a string, a number, a boolean, a character, an enum constant, a {@code UUID}, a {@code URI}, a
   *     byte array, or a record, an entry or a list of these; only a digest of it is kept
   */
  public TaskOptions fingerprint(@Nullable Object fingerprint) {
    return new TaskOptions(
        retry,
        attemptTimeout,
        timeout,
        semaphore,
        permits,
        deadline,
        key,
        RunCheckpoint.fingerprint(fingerprint));
  }

  Duration deadline() {
    return deadline;
  }

  Optional<ItemId> key() {
    return Optional.ofNullable(key);
  }

  /** Whether there is anything that only a checkpoint can use. */
  boolean isIdentified() {
    return key != null || fingerprint != null;
  }

  Tuning tuning() {
    return tuning;
  }

  /** Whether nothing differs from {@link #none}. */
  boolean isNone() {
    return toString().equals(NONE.toString());
  }

  /** What differs from {@link #none}. */
  @Override
  public String toString() {
    return new Shown("TaskOptions")
        .option("retry", retry, NONE.retry)
        .option("attemptTimeout", attemptTimeout, NONE.attemptTimeout)
        .option("timeout", timeout, NONE.timeout)
        .option("semaphore", semaphore, null)
        .option("permits", permits, semaphore == null ? 0 : 1)
        .option("deadline", deadline, NONE.deadline)
        .option("key", key, null)
        .given("fingerprint", fingerprint != null)
        .toString();
  }
}
