package io.millrace.engine.feed;

import io.millrace.base.Closing;
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
import org.jspecify.annotations.Nullable;

/** Pulls from an iterable. */
public final class IteratorFeed implements Feed {
  /* Collections that hold their elements themselves, so that reading them calls nobody's code. Wrappers
   * and views are not among them: what they wrap may block, for example to load from a database. */
  private static final Set<Class<?>> OWNERS =
      classesOf(
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
          Collections.nCopies(1, 1),
          Source.range(0, 1));

  /* Without a stream, whose classes are a good part of what the first run of a process loads. */
  private static Set<Class<?>> classesOf(Collection<?>... owners) {
    Set<Class<?>> classes = new HashSet<>();
    for (Collection<?> owner : owners) {
      classes.add(owner.getClass());
    }
    return Set.copyOf(classes);
  }

  private final boolean prompt;
  private final long size;

  /* Null when it was closed: a run, or a thread of it, that is kept must not keep the items. */
  private volatile @Nullable Iterable<?> source;

  /* Written by the reader, read by whoever closes: a reader that ignores its interrupt may be late. */
  private volatile @Nullable Iterator<?> iterator;

  /* Written by whoever closes, read by the reader. */
  private volatile boolean closed;

  private boolean exhausted;

  public IteratorFeed(Iterable<?> source) {
    this.source = source;
    this.prompt = OWNERS.contains(source.getClass());
    this.size = sizeOf(source);
    this.exhausted = size == 0;
  }

  private static long sizeOf(Iterable<?> source) {
    try {
      return source instanceof Collection<?> collection ? collection.size() : UNSIZED;
    } catch (Throwable broken) {
      Closing.after(broken, source); // nobody will have a feed to close
      throw broken;
    }
  }

  @Override
  public void read(Loader loader, int most) {
    Iterable<?> source = this.source;
    Iterator<?> from = iterator;
    if (source == null) {
      exhausted = true; // by a reader that was abandoned
      return;
    }
    if (from == null) {
      from = Objects.requireNonNull(source.iterator(), "iterator of the source");
      iterator = from;
      closeIfLate(from);
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
    return prompt;
  }

  @Override
  public boolean exhausted() {
    return exhausted;
  }

  @Override
  public long size() {
    return size;
  }

  /* Against close(), if it did not wait for a reader that makes its iterator all the same. */
  private void closeIfLate(Iterator<?> made) {
    if (closed) {
      iterator = null;
      Closing.all(made);
    }
  }

  @Override
  public boolean hasToBeClosed() {
    return Closing.isNeeded(iterator, source);
  }

  @Override
  public void close() {
    closed = true;
    Iterator<?> from = iterator;
    Iterable<?> given = source;
    iterator = null;
    source = null;
    Closing.all(from, given);
  }
}
