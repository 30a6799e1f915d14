/** Pools, and bridges between code that blocks and code that does not. */
@NullMarked
package io.millrace.pool;

import org.jspecify.annotations.NullMarked;
