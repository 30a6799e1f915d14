/**
 * Runs that survive: what a run needs to know of a checkpoint, and what a store of checkpoints has to do. Values and
 * interfaces; no threads.
 */
@NullMarked
package io.millrace.checkpoint;

import org.jspecify.annotations.NullMarked;
