/**
 * Tests of concurrent code without sleeping: virtual time, forced interleavings, scripted actions,
 * leak checks.
 */
@NullMarked
package io.millrace.testkit;

import org.jspecify.annotations.NullMarked;
