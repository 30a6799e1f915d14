/** What every way to run an action promises: a suite of tests to be bound to entry points. */
@NullMarked
package io.millrace.testkit.contract;

import org.jspecify.annotations.NullMarked;
