package io.millrace.checkpoint.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in the hands of one run. At most one thread at a time calls {@link #find} and {@link #rows}, and at most one calls {@link
 * #commit}; these two may overlap. {@link #close} comes last, once, when neither is running.
 *
 * <p>Every error is a {@link io.millrace.checkpoint.CheckpointException}. It ends the run, so no further call but {@code close} follows. Each call returns or throws in
 * bounded time: nothing interrupts it, and the run waits for it.
 */
public interface CheckpointSession extends AutoCloseable {

  /**
   * A number above that of every row that the checkpoint had when it was opened; 0 if it was empty. Each row has a number
   * that never changes, from 0, best without gaps: the run holds memory for each range of 4,096 numbers that has been
   * found. A new row has a number of at least this one. A row whose outcome is replaced keeps its number.
   */
  long firstNewRow();

  /**
   * Most bytes that a value may have once it is encoded. A longer one ends the run before it comes to {@link #commit}, so that
   * no other outcome is lost with it. Without bound by default.
   */
  default int longestValue() {
    return Integer.MAX_VALUE;
  }

  /**
   * Looks items up with one query.
   *
   * @param ids at least one and at most 1,000, all different
   * @return what is stored for the first of them, in their order, null for what is not; at least one. It may be less than
   *     was asked for, so that large values do not fill the memory: the rest is asked for again.
   */
  List<@Nullable StoredRow> find(List<ItemId> ids);

  /**
   * Reads rows ahead: a run that goes on asks for items in about the order in which they were stored, and whose row is at hand need
   * not wait until it is looked up. Called as {@link #find} is, by the same thread. None by default.
   *
   * @param from the number of the first row
   * @param to above that of the last one; at most 1,024 more, and at most {@link #firstNewRow}
   * @return rows with these numbers. Any may be left out, for example large ones: their items are looked up by {@code find}.
   */
  default List<StoredRow> rows(long from, long to) {
    return List.of();
  }

  /** What earlier runs have spent, as the last {@link #commit} was told; {@link Spent#NONE} if there was none. */
  Spent spent();

  /**
   * Stores outcomes, and what has been spent in all, in one transaction: everything or nothing. An outcome replaces that of the same id. Returns when they
   * are durable, so that {@link #find} would find them.
   *
   * @param outcomes at most 1,000, with ids that are all different; none at the end of a run, if only what was spent has changed
   * @param spent what earlier runs and this one have spent; replaces what was stored before
   */
  void commit(List<StoredOutcome> outcomes, Spent spent);

  /** Lets the checkpoint go, so that another run may have it. */
  @Override
  void close();
}
