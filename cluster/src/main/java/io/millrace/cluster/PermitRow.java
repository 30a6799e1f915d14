package io.millrace.cluster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A row of the table, as one looks at it.
 *
 * @param form of the limit
 * @param latest the limit's time, in nanoseconds, at the last change
 * @param shift by how much the limit's time is ahead of the database's clock, because that was set back
 * @param pausedUntil by the limit's time
 * @param pauses how often a pause was begun or prolonged
 * @param clock what the database's clock says
 */
record PermitRow(
    LimitForm form, long latest, long shift, long pausedUntil, long pauses, long clock) {
  private static final long IN_USE = TimeUnit.MINUTES.toNanos(1);

  static PermitRow of(ResultSet row) throws SQLException {
    LimitForm form =
        new LimitForm(row.getDouble("permits"), row.getLong("period_nanos"), row.getLong("burst"));
    return new PermitRow(
        form,
        row.getLong("latest"),
        row.getLong("shift"),
        row.getLong("paused_until"),
        row.getLong("pauses"),
        row.getLong("now"));
  }

  /* If the database's clock is set back, it goes on from where it was. */
  private long time() {
    return Math.max(latest, clock + shift);
  }

  /* Also while it is paused, when nobody takes anything of it. */
  boolean isInUse() {
    return time() - latest < IN_USE || time() < pausedUntil;
  }

  PermitStore.Standing standing() {
    return new PermitStore.Standing(pauses, Duration.ofNanos(Math.max(0, pausedUntil - time())));
  }
}
