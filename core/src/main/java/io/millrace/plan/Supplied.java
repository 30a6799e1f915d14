package io.millrace.plan;

import io.millrace.base.Rethrow;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Calls a supplier until it gives empty. */
final class Supplied<T> implements Iterator<T> {
  private final Callable<Optional<T>> supplier;
  private Optional<T> next = Optional.empty();
  private boolean asked;

  Supplied(Callable<Optional<T>> supplier) {
    this.supplier = Objects.requireNonNull(supplier, "supplier");
  }

  @Override
  public boolean hasNext() {
    if (!asked) {
      try {
        next = Objects.requireNonNull(supplier.call(), "what the supplier gave");
        asked = true;
      } catch (Exception error) {
        throw Rethrow.asIs(error);
      }
    }
    return next.isPresent();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    T item = next.orElseThrow();
    asked = false;
    return item;
  }
}
