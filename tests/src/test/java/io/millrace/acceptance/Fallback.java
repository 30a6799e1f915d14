package io.millrace.acceptance;

import io.millrace.Parallel;
import io.millrace.engine.terms.ConfigAccess;
import java.util.function.Function;

/** Values in place of failures at every entry point, also where users can have none, because no type is known. */
public final class Fallback {
  private Fallback() {}

  public static Parallel of(Parallel parallel, Function<? super Exception, ?> fallback) {
    return ConfigAccess.changed(parallel, copy -> copy.fallback = fallback);
  }
}
