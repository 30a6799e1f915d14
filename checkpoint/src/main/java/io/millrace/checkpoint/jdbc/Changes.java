package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.Spent;

/** The changes that a transaction makes to the counts. */
final class Changes {
  private final Meta before;
  private final long[] more = new long[Rows.FINAL + 1];
  private long ids;
  private int added;

  Changes(Meta before) {
    this.before = before;
    ids = before.ids();
  }

  /** Counts a new row, and returns its number. */
  long add(byte[] id, int state) {
    long number = before.rows() + added++;
    ids += Checksum.ofEntry(id, number);
    more[state]++;
    return number;
  }

  void replace(int old, int state) {
    more[old]--;
    more[state]++;
  }

  Meta meta(Spent spent) {
    return new Meta(
        before.name(),
        before.created(),
        Math.max(before.changed(), System.currentTimeMillis()),
        before.succeeded() + more[Rows.VALUE] + more[Rows.NULL],
        before.failed() + more[Rows.FAILED],
        before.failedFinally() + more[Rows.FINAL],
        ids,
        spent);
  }
}
