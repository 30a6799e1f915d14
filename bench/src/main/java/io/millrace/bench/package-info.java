/** Compares Millrace with other ways to do the same. */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
