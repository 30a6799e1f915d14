/** The engine as a {@code java.util.concurrent.ExecutorService}, for tasks that come one by one. */
@NullMarked
package io.millrace.executor;

import org.jspecify.annotations.NullMarked;
