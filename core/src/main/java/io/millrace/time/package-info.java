/** The clock that the library measures and waits by. */
@NullMarked
package io.millrace.time;

import org.jspecify.annotations.NullMarked;
