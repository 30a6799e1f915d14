/** The manual pages and the completions for shells, made of what {@code --help} says. */
@NullMarked
package io.millrace.cli.manual;

import org.jspecify.annotations.NullMarked;
