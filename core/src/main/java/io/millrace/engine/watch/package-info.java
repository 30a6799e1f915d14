/** What a run tells to a monitor. It stands apart because everything above it tells something. */
@NullMarked
package io.millrace.engine.watch;

import org.jspecify.annotations.NullMarked;
