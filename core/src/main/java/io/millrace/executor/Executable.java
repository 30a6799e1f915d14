package io.millrace.executor;

import org.jspecify.annotations.Nullable;

/** What a worker calls. */
interface Executable {
  /** One attempt. */
  @Nullable Object attempt() throws Exception;
}
