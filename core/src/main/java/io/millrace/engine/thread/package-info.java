/**
 * Threads, timers and interrupts as the parts of a run use them. They stand apart because waits, sinks and the
 * engine itself all need them.
 */
@NullMarked
package io.millrace.engine.thread;

import org.jspecify.annotations.NullMarked;
