/** The {@code millrace} command: a function of its streams and arguments. */
@NullMarked
package io.millrace.cli;

import org.jspecify.annotations.NullMarked;
