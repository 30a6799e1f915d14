package io.millrace.limit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines by the arrival of their first places: a binary heap in which each line knows its position.
 * Guarded by the limit's lock.
 */
final class ArmedLines<P extends Place<P>> {
  private final List<Line<P>> heap = new ArrayList<>(1);

  @Nullable Line<P> first() {
    return heap.isEmpty() ? null : heap.getFirst();
  }

  void add(Line<P> line) {
    heap.add(line);
    rise(line, heap.size() - 1);
  }

  void remove(Line<P> line) {
    int hole = line.position;
    line.position = Line.NOT_ARMED;
    Line<P> last = heap.removeLast();
    if (last != line) {
      rise(last, hole);
      sink(last, last.position);
    }
  }

  /** The first place of a line has left, so the line stands further back. */
  void firstLeft(Line<P> line) {
    sink(line, line.position);
  }

  private void rise(Line<P> line, int from) {
    int at = from;
    while (at > 0 && isBefore(line, heap.get((at - 1) >>> 1))) {
      int parent = (at - 1) >>> 1;
      put(heap.get(parent), at);
      at = parent;
    }
    put(line, at);
  }

  private void sink(Line<P> line, int from) {
    int at = from;
    for (int child = firstChild(at); child < heap.size(); child = firstChild(at)) {
      if (!isBefore(heap.get(child), line)) {
        break;
      }
      put(heap.get(child), at);
      at = child;
    }
    put(line, at);
  }

  /* The one of the two children that comes first. */
  private int firstChild(int at) {
    int left = 2 * at + 1;
    int right = left + 1;
    return right < heap.size() && isBefore(heap.get(right), heap.get(left)) ? right : left;
  }

  private void put(Line<P> line, int at) {
    heap.set(at, line);
    line.position = at;
  }

  private static boolean isBefore(Line<?> one, Line<?> other) {
    return one.firstArrival() < other.firstArrival();
  }
}
