/** What of the context of a thread that submits something reaches the threads that do it. */
@NullMarked
package io.millrace.context;

import org.jspecify.annotations.NullMarked;
