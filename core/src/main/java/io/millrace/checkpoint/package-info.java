/**
 * Runs that survive: what a run needs to know of a checkpoint. What stores of checkpoints implement stands apart, in {@link
 * io.millrace.checkpoint.spi}. Values and interfaces; no threads.
 */
@NullMarked
package io.millrace.checkpoint;

import org.jspecify.annotations.NullMarked;
