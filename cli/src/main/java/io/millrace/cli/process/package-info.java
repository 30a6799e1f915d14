/** Processes of the system: starts them with bytes as they are, reads what they print, ends them with all below them. */
@NullMarked
package io.millrace.cli.process;

import org.jspecify.annotations.NullMarked;
