/**
 * Pools that start by themselves, and bridges between code that blocks and code that does not. Start at
 * {@link io.millrace.pool.Work} and {@link io.millrace.pool.WorkPool}.
 */
@NullMarked
package io.millrace.pool;

import org.jspecify.annotations.NullMarked;
