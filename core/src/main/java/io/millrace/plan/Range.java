package io.millrace.plan;

import io.millrace.base.Require;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/** Numbers that follow each other, which need no memory. */
final class Range extends AbstractList<Integer> implements RandomAccess {
  private final int first;
  private final int size;

  Range(int first, int end) {
    Require.atLeast("end", end, first);
    this.first = first;
    long count = (long) end - first;
    if (count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a range has at most " + Integer.MAX_VALUE + " numbers, not " + count);
    }
    this.size = (int) count;
  }

  @Override
  public Integer get(int index) {
    return first + Objects.checkIndex(index, size);
  }

  @Override
  public int size() {
    return size;
  }
}
