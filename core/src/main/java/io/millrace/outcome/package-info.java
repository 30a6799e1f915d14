/** What came of an item and of a run: immutable values. */
@NullMarked
package io.millrace.outcome;

import org.jspecify.annotations.NullMarked;
