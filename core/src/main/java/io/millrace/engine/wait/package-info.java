/**
 * What items wait for, and how each wait ends. The facts of the item at hand are here because obstacles ask
 * for them; the schedule is seen as {@link io.millrace.engine.wait.Resuming}.
 */
@NullMarked
package io.millrace.engine.wait;

import org.jspecify.annotations.NullMarked;
