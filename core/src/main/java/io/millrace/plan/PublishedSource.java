package io.millrace.plan;

import io.millrace.base.Published;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Flow;

/** A publisher, which only a run can read. */
record PublishedSource<T>(Flow.Publisher<? extends T> publisher) implements Source<T>, Published {
  PublishedSource {
    Objects.requireNonNull(publisher, "publisher");
  }

  @Override
  public Iterator<T> iterator() {
    throw new UnsupportedOperationException(
        "a publisher can only be read by a run itself, and not by what is made of a source before, such as zip or chunks");
  }
}
