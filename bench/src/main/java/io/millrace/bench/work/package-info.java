/** What they are compared at. */
@NullMarked
package io.millrace.bench.work;

import org.jspecify.annotations.NullMarked;
