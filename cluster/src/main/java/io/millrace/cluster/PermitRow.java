package io.millrace.cluster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * A row of the table.
 *
 * @param form of the limit
 * @param state of the bucket
 * @param latest the limit's time, in nanoseconds, at the last change
 * @param shift by how much the limit's time is ahead of the database's clock, because that was set back
 * @param pausedUntil by the limit's time
 * @param pauses how often a pause was begun or prolonged
 * @param reservations how many there have been
 * @param clock what the database's clock says
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PermitRow(
    LimitForm form,
    byte[] state,
    long latest,
    long shift,
    long pausedUntil,
    long pauses,
    long reservations,
    long clock) {
  private static final long SET_BACK = TimeUnit.SECONDS.toNanos(1);
  private static final long IN_USE = TimeUnit.MINUTES.toNanos(1);

  static PermitRow of(ResultSet row) throws SQLException {
    LimitForm form =
        new LimitForm(row.getDouble("permits"), row.getLong("period_nanos"), row.getLong("burst"));
    return new PermitRow(
        form,
        row.getBytes("state"),
        row.getLong("latest"),
        row.getLong("shift"),
        row.getLong("paused_until"),
        row.getLong("pauses"),
        row.getLong("reservations"),
        row.getLong("now"));
  }

  /** The limit's time, which never runs backwards: if the database's clock is set back, it goes on from where it was. */
  long time() {
    return Math.max(latest, clock + newShift());
  }

  /* A little less than the latest time is no clock that was set back: the row was waited for after the clock was read. */
  long newShift() {
    long back = latest - (clock + shift);
    return back > SET_BACK ? shift + back : shift;
  }

  /* Also while it is paused, when nobody takes anything of it. */
  boolean isInUse() {
    return time() - latest < IN_USE || time() < pausedUntil;
  }

  SharedBucket bucket(SharedLimit limit) {
    return SharedBucket.of(limit.rate(), state, pausedUntil, pauses, reservations);
  }
}
