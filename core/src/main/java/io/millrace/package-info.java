/** Runs one action over many items: start at {@link io.millrace.Parallel}. */
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
