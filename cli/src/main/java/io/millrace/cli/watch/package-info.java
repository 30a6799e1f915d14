/** What a person sees of a run, made of what its monitor says: the display, the summary, the log, the report. */
@NullMarked
package io.millrace.cli.watch;

import org.jspecify.annotations.NullMarked;
