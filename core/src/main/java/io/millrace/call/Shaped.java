package io.millrace.call;

import io.millrace.base.Closing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads elements one by one, and changes them on the way. Used by one thread at a time. */
final class Shaped implements Iterator<@Nullable Object>, AutoCloseable {
  private final Iterator<?> items;
  private final Nested nested;
  private final boolean nulls;
  private final @Nullable Set<@Nullable Object> seen;

  /** What is being read, the innermost first. */
  private final Deque<Iterator<?>> open = new ArrayDeque<>();

  private boolean found;
  private @Nullable Object next;

  Shaped(Iterator<?> items, Nested nested, boolean nulls, boolean unique) {
    this.items = items;
    this.nested = nested;
    this.nulls = nulls;
    this.seen = unique ? new HashSet<>() : null;
    open.push(items);
  }

  @Override
  public boolean hasNext() {
    for (Iterator<?> from = open.peek(); !found && from != null; from = open.peek()) {
      if (from.hasNext()) {
        look(from.next());
      } else {
        open.pop();
      }
    }
    return found;
  }

  private void look(@Nullable Object element) {
    Iterator<?> inside = nested.inside(element);
    if (inside != null) {
      open.push(inside);
    } else if ((nulls || element != null) && (seen == null || seen.add(element))) {
      next = element;
      found = true;
    }
  }

  @Override
  public @Nullable Object next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Object element = next;
    next = null;
    found = false;
    return element;
  }

  @Override
  public void close() {
    Closing.all(items);
  }
}
