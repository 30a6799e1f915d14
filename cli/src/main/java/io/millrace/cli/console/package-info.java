/** What a command has of the process around it: streams, terminal, signals. */
@NullMarked
package io.millrace.cli.console;

import org.jspecify.annotations.NullMarked;
