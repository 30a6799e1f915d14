/** What was asked of a run and of its items. It stands apart because feeds, waits and sinks all ask for it. */
@NullMarked
package io.millrace.engine.terms;

import org.jspecify.annotations.NullMarked;
