package io.millrace.engine;

import io.millrace.plan.Source;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pulls from an iterable. */
final class IteratorFeed implements Feed {
  private final Iterable<?> source;
  private final long size;
  private @Nullable Iterator<?> iterator;
  private boolean exhausted;

  IteratorFeed(Iterable<?> source) {
    this.source = source;
    this.size = source instanceof Collection<?> collection ? collection.size() : UNSIZED;
    this.exhausted = size == 0;
  }

  @Override
  public void read(Loader loader, int most) {
    Iterator<?> from = iterator;
    if (from == null) {
      from = Objects.requireNonNull(source.iterator(), "iterator of the source");
      iterator = from;
    }
    for (int count = 0; count < most; count++) {
      if (!from.hasNext()) {
        exhausted = true;
        return;
      }
      if (!loader.append(from.next())) {
        return;
      }
    }
    // Asking a collection does not block; asking anything else might, and hold up what was read.
    exhausted = size != UNSIZED && !from.hasNext();
  }

  /* The JDK's own collections do not block; others might, for example to load from a database. */
  @Override
  public boolean prompt() {
    return size != UNSIZED && source.getClass().getModule() == Object.class.getModule();
  }

  @Override
  public boolean exhausted() {
    return exhausted;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void close() {
    if (source instanceof Source.Once<?> once) {
      once.close();
    }
  }
}
