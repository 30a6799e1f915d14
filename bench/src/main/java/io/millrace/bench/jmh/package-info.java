/** Single benchmarks, for profiling. */
@NullMarked
package io.millrace.bench.jmh;

import org.jspecify.annotations.NullMarked;
