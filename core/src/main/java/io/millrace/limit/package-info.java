/** The shareable state that enforces rate limits. */
@NullMarked
package io.millrace.limit;

import org.jspecify.annotations.NullMarked;
