/** Actions that run in worker processes: start at {@link io.millrace.process.ProcessPool}. */
@NullMarked
package io.millrace.process;

import org.jspecify.annotations.NullMarked;
