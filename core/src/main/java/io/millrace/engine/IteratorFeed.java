package io.millrace.engine;

import io.millrace.plan.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pulls from an iterable. */
final class IteratorFeed implements Feed {
  /* Collections that hold their elements themselves, so that reading them calls nobody's code. Wrappers
   * and views are not among them: what they wrap may block, for example to load from a database. */
  private static final Set<Class<?>> OWNERS =
      Stream.of(
              new ArrayList<>(),
              new ArrayDeque<>(),
              new HashSet<>(),
              new LinkedHashSet<>(),
              new TreeSet<>(),
              new CopyOnWriteArrayList<>(),
              new ArrayList<>(List.of(1, 2)).subList(0, 1),
              Arrays.asList(1, 2),
              List.of(),
              List.of(1),
              List.of(1, 2, 3).subList(0, 2),
              Set.of(),
              Set.of(1),
              Collections.nCopies(1, 1))
          .map(Object::getClass)
          .collect(Collectors.toUnmodifiableSet());

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

  @Override
  public boolean prompt() {
    return OWNERS.contains(source.getClass());
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
  public boolean hasToBeClosed() {
    return source instanceof Source.Once;
  }

  @Override
  public void close() {
    if (source instanceof Source.Once<?> once) {
      once.close();
    }
  }
}
