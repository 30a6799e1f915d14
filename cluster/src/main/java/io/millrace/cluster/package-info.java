/**
 * One rate limit for several JVMs. Each leases blocks of permits from a store that all share, so that calls to the store
 * are rare, and items wait in the limiter's own queue.
 *
 * <p>Most users need {@link io.millrace.cluster.SharedRateLimiter}, {@link io.millrace.cluster.SharedLimit} and {@link
 * io.millrace.cluster.PostgresPermits} or {@link io.millrace.cluster.RedisPermits}. {@link io.millrace.cluster.PermitStore} is SPI.
 */
@NullMarked
package io.millrace.cluster;

import org.jspecify.annotations.NullMarked;
