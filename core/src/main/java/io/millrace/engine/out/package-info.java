/** Where outcomes go, and where threads wait for them. The taker is not here: it drives the schedule. */
@NullMarked
package io.millrace.engine.out;

import org.jspecify.annotations.NullMarked;
