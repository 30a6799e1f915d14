package io.millrace.bench.work;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The numbers from 0, boxed beforehand. */
final class Items {
  private Items() {}

  static List<Integer> upTo(int count) {
    return new ArrayList<>(IntStream.range(0, count).boxed().toList());
  }
}
