package io.millrace.call;

import io.millrace.base.Derived;
import io.millrace.base.Published;
import io.millrace.base.Shown;
import io.millrace.plan.Source;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to change a sequence of elements before it is used: flatten it, drop nulls, drop duplicates, in
 * this order. Immutable; each method makes a changed copy.
 *
 * {@snippet file="io/millrace/examples/CallExampleTest.java" region="shape"}
 */
public final class Shape {
  private static final Shape AS_IS = new Shape(Nested.KEPT, true, false);

  private final Nested nested;
  private final boolean nulls;
  private final boolean unique;

  private Shape(Nested nested, boolean nulls, boolean unique) {
    this.nested = nested;
    this.nulls = nulls;
    this.unique = unique;
  }

  /** Changes nothing. */
  public static Shape asIs() {
    return AS_IS;
  }

  /** {@link #flat}, {@link #withoutNulls}. */
  public static Shape sanitized() {
    return AS_IS.flat().withoutNulls();
  }

  /**
   * Replaces collections and arrays by their elements, at any depth. Everything else is an element:
   * strings, maps, {@code byte[]} and {@code char[]}, iterables that are no collections (such as a
   * {@code Path}), and also sets, entries and triples: see {@link #flatWithSets}.
   */
  public Shape flat() {
    return new Shape(Nested.LISTS, nulls, unique);
  }

  /** As {@link #flat}, and replaces sets, entries and triples by their elements as well. */
  public Shape flatWithSets() {
    return new Shape(Nested.SETS, nulls, unique);
  }

  /** Drops nulls, also those that flattening brings up. */
  public Shape withoutNulls() {
    return new Shape(nested, false, unique);
  }

  /**
   * Keeps only the first of equal elements, as {@code equals} says. It remembers each of them, so over
   * an endless source its memory grows.
   */
  public Shape unique() {
    return new Shape(nested, nulls, true);
  }

  /**
   * The elements in this shape, read and changed one by one, as they are asked for. A shape that changes
   * nothing returns {@code items} itself; otherwise the size of the result is not known. Items that are {@link
   * AutoCloseable} are closed with the result: see {@link Source}.
   *
   * @throws IllegalArgumentException if the items come from a publisher, and this is not {@link #asIs}: shape
   *     what it publishes instead
   */
  public Iterable<@Nullable Object> of(Iterable<?> items) {
    Objects.requireNonNull(items, "items");
    if (!changes()) {
      return untyped(items);
    }
    if (items instanceof Published) {
      throw new IllegalArgumentException(
          "a publisher cannot be shaped, because it is asked for as many items as are wanted");
    }
    return Derived.from(() -> new Shaped(items.iterator(), nested, nulls, unique), items);
  }

  boolean changes() {
    return nested != Nested.KEPT || !nulls || unique;
  }

  @SuppressWarnings("unchecked")
  private static Iterable<@Nullable Object> untyped(Iterable<?> items) {
    return (Iterable<@Nullable Object>) items;
  }

  @Override
  public String toString() {
    return new Shown("Shape")
        .given("flat", nested == Nested.LISTS)
        .given("flatWithSets", nested == Nested.SETS)
        .given("withoutNulls", !nulls)
        .given("unique", unique)
        .toString();
  }
}
