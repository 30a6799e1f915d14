/** What Flight Recorder hears. It stands apart because waits report to it as well as attempts. */
@NullMarked
package io.millrace.engine.flight;

import org.jspecify.annotations.NullMarked;
