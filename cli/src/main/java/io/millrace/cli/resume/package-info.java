/** Runs of commands that survive: the checkpoint's options, its refusals, the output until it is whole, and how to go on. */
@NullMarked
package io.millrace.cli.resume;

import org.jspecify.annotations.NullMarked;
