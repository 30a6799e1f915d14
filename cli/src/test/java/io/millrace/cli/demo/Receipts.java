package io.millrace.cli.demo;

import io.millrace.cli.demo.Receipt.Arrival;
import io.millrace.cli.demo.Receipt.Refusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Writes receipts by hand; times in milliseconds. */
final class Receipts {
  private final List<Arrival> arrivals = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  Receipts answered(int item, long millis) {
    return arrived(item, millis, Verdict.ANSWERED);
  }

  Receipts arrived(int item, long millis, Verdict verdict) {
    arrivals.add(new Arrival(item, millis * 1_000_000, verdict));
    return this;
  }

  Receipts refused(int item, long millis) {
    refusals.add(new Refusal(item, millis * 1_000_000));
    return arrived(item, millis, Verdict.DOWN);
  }

  Receipt receipt() {
    arrivals.sort(Comparator.comparing(Arrival::nanos));
    return new Receipt(arrivals, refusals);
  }
}
