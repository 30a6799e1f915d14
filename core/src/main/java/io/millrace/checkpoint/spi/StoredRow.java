package io.millrace.checkpoint.spi;

import java.util.Objects;

/**
 * What a checkpoint holds of an item.
 *
 * @param row its number: see {@link CheckpointSession#firstNewRow}
 * @param outcome what was stored last
 */
public record StoredRow(long row, StoredOutcome outcome) {
  /** Checks the arguments. */
  public StoredRow {
    if (row < 0) {
      throw new IllegalArgumentException("row must be at least 0, not " + row);
    }
    Objects.requireNonNull(outcome, "outcome");
  }
}
