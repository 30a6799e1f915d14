/** Calls with shaping: what they do to items and values, and what else calls of many items promise. */
@NullMarked
package io.millrace.call;

import org.jspecify.annotations.NullMarked;
