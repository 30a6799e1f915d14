package io.millrace.limit;

import io.millrace.base.Recordings;
import io.millrace.plan.RateChange;
import io.millrace.signal.DeclaredLimit;

/** What limits that learn tell Flight Recorder, if somebody records. Called without any lock. */
final class RateEvents {
  private RateEvents() {}

  /** An adaptive rate has moved. */
  static void moves(RateChange change) {
    if (Recordings.areNoticed()) {
      RecordedRates.moves(change);
    }
  }

  /** What a server declares has changed; only if somebody records. */
  static void declares(DeclaredLimit declared, DeclaredNews.Reason reason) {
    RecordedRates.declares(declared, reason);
  }

  /** A server declares nothing any more; only if somebody records. */
  static void declaresNothing() {
    RecordedRates.declaresNothing();
  }
}
