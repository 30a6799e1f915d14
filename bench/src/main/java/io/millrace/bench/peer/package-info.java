/** Those that are compared, behind one interface. */
@NullMarked
package io.millrace.bench.peer;

import org.jspecify.annotations.NullMarked;
