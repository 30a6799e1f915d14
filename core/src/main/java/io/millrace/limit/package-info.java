/**
 * The shareable state that enforces rate limits. A limiter is a turnstile (the lock) with gates (one for
 * each key: a queue) and buckets (one for each limit: pure arithmetic).
 */
@NullMarked
package io.millrace.limit;

import org.jspecify.annotations.NullMarked;
