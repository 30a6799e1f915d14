package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import java.util.Objects;

/**
 * An item that failed, as its checkpoint has it.
 *
 * @param id how the item is found: its key, or its position
 * @param position where the item stood in its source, from 0, in the run that stored this
 * @param attempts calls of the action that were started
 * @param failure the last error: the name of its class, and its message; and whether it is final
 */
public record FailedItem(ItemId id, long position, int attempts, StoredOutcome.Failed failure) {
  /** Checks the arguments. */
  public FailedItem {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(failure, "failure");
  }
}
