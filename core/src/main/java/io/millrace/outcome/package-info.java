/**
 * What came of an item and of a run: immutable values. {@code docs/glossary.md} says what <i>abandoned</i> and
 * <i>truncated</i> mean.
 */
@NullMarked
package io.millrace.outcome;

import org.jspecify.annotations.NullMarked;
