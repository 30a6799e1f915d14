/** Outcomes that survive: what a run does with its checkpoint. */
@NullMarked
package io.millrace.engine.durable;

import org.jspecify.annotations.NullMarked;
