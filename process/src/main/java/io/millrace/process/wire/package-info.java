/** What both ends of a worker's channel know: frames, and which objects may cross. */
@NullMarked
package io.millrace.process.wire;

import org.jspecify.annotations.NullMarked;
