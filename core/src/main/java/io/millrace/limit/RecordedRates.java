package io.millrace.limit;

import io.millrace.plan.RateChange;
import io.millrace.signal.DeclaredLimit;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The events of limits for Java Flight Recorder: its classes are loaded with this one. */
final class RecordedRates {
  private static final long UNKNOWN = -1;

  private RecordedRates() {}

  @Name("io.millrace.RateChange")
  @Label("Adaptive Rate")
  @Category("Millrace")
  @StackTrace(false)
  static final class RateEvent extends Event {
    @Label("Attempts A Second Before")
    @Description("Infinite if there was no limit")
    double before;

    @Label("Attempts A Second After")
    double after;

    @Label("Reason")
    @Nullable String reason;
  }

  @Name("io.millrace.DeclaredLimit")
  @Label("Limit That A Server Declares")
  @Category("Millrace")
  @StackTrace(false)
  static final class DeclaredEvent extends Event {
    @Label("Name")
    @Nullable String limit;

    @Label("Unit")
    @Nullable String unit;

    @Label("Quota")
    @Description("-1 if it was not said")
    long quota = UNKNOWN;

    @Label("Remaining")
    @Description("-1 if it was not said")
    long remaining = UNKNOWN;

    @Label("Resets In")
    @Description("-1 ns if it was not said")
    @Timespan
    long resetsIn = UNKNOWN;

    @Label("Reason")
    @Nullable String reason;
  }

  static void moves(RateChange change) {
    RateEvent event = new RateEvent();
    if (event.shouldCommit()) {
      event.before = change.before();
      event.after = change.after();
      event.reason = change.reason().name();
      event.commit();
    }
  }

  static void declares(DeclaredLimit declared, DeclaredNews.Reason reason) {
    DeclaredEvent event = new DeclaredEvent();
    if (event.shouldCommit()) {
      event.limit = declared.name();
      event.unit = declared.unit().name();
      event.quota = declared.quota().orElse(UNKNOWN);
      event.remaining = declared.remaining().orElse(UNKNOWN);
      event.resetsIn = declared.resetsIn().map(RecordedRates::nanos).orElse(UNKNOWN);
      event.reason = reason.name();
      event.commit();
    }
  }

  static void declaresNothing() {
    DeclaredEvent event = new DeclaredEvent();
    if (event.shouldCommit()) {
      event.reason = DeclaredNews.Reason.SILENT.name();
      event.commit();
    }
  }

  private static long nanos(Duration duration) {
    return Leaf.nanos(duration);
  }
}
