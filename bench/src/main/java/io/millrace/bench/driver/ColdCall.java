package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.bench.peer.PlainCall;

/** The main class of a JVM that measures its first call of Millrace: prints its nanoseconds. */
public final class ColdCall {
  private ColdCall() {}

  public static void main(String[] args) {
    long start = System.nanoTime();
    int sum = 0;
    for (int value :
        Parallel.of(PlainCall.ITEMS.size()).map(PlainCall.ITEMS, PlainCall::task).values()) {
      sum += value;
    }
    PlainCall.report(start, sum);
  }
}
