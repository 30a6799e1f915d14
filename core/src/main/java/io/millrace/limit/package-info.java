/**
 * The shareable state that enforces limits: how often, and how many at once. A rate limiter is a
 * turnstile (the lock) with gates (one for each key: a queue) and buckets (one for each limit: pure
 * arithmetic). A semaphore is one word, and a queue behind a lock for those who have to wait. A queue
 * has a line for each party, so that a party that cannot go on is put off as a whole. User code runs
 * without a lock, except {@link io.millrace.limit.spi.Waiter#claim}.
 *
 * <p>Most users need {@link io.millrace.limit.RateLimiter}, {@link io.millrace.limit.WeightedSemaphore}, {@link
 * io.millrace.limit.Throttle} and {@link io.millrace.limit.Limits}. What schedulers use that wait for a limit without a thread, as a
 * run does, stands apart, in {@link io.millrace.limit.spi}.
 */
@NullMarked
package io.millrace.limit;

import org.jspecify.annotations.NullMarked;
