/**
 * Servers with limits, simulated in virtual time, against which the library's own limiters run: every run with
 * the same seed is the same.
 */
@NullMarked
package io.millrace.testkit.simulation;

import org.jspecify.annotations.NullMarked;
