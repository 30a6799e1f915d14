package io.millrace.base;

import java.util.concurrent.Flow;

/** A source that a publisher sends. */
public interface Published {
  /** Who sends the items. */
  Flow.Publisher<?> publisher();
}
