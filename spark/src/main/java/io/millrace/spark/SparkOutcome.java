package io.millrace.spark;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.io.Serializable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What came of one item, as a row. In a {@code Dataset} each component is a column of the same name; {@code status} is a
 * string, and {@code item} and {@code value} have the columns of their encoders.
 *
 * @param item the item
 * @param key what {@link io.millrace.Parallel#itemKey} gave the item, as text; null without such a function
 * @param partition the number of the partition, in the stage that called the action; several that {@code coalesce} has put
 *     together have one number
 * @param position of the item in its partition, from 0; after {@code coalesce}, in its partition before that
 * @param status whether there is a value
 * @param value what the action returned; null for a failure
 * @param errorType the name of the class of what the last attempt threw; null for a success
 * @param errorMessage its message; null if it has none
 * @param attempts calls of the action for this item, as far as they were made by the task that brought this outcome; 0 if a
 *     checkpoint had it
 * @param elapsedMillis from the start of the first attempt to the end of the last one
 * @param <T> the items
 * @param <R> the values
 */
@DefaultSerializer(JavaSerializer.class) // where Spark uses Kryo, which cannot make records
public record SparkOutcome<T extends @Nullable Object, R extends @Nullable Object>(
    T item,
    @Nullable String key,
    int partition,
    long position,
    Status status,
    @Nullable R value,
    @Nullable String errorType,
    @Nullable String errorMessage,
    int attempts,
    long elapsedMillis)
    implements Serializable {

  /** Whether there is a value. */
  public enum Status {
    /** The action returned. */
    SUCCESS,
    /** The last attempt threw, or timed out. */
    FAILURE
  }

  /** Whether there is a value, which may be null. */
  public boolean isSuccess() {
    return status == Status.SUCCESS;
  }

  static <T extends @Nullable Object, R extends @Nullable Object> SparkOutcome<T, R> of(
      Outcome<T, R> outcome, int partition, long position) {
    Object key = outcome.key();
    Throwable error = outcome.error();
    return new SparkOutcome<>(
        outcome.item(),
        key == null ? null : text(key::toString),
        partition,
        position,
        outcome instanceof Success ? Status.SUCCESS : Status.FAILURE,
        outcome instanceof Success<T, R>(var _, var value, var _) ? value : null,
        outcome instanceof Failure<T, R>(var _, var thrown, var _)
            ? thrown.getClass().getName()
            : null,
        error == null ? null : text(error::getMessage),
        outcome.attempts(),
        outcome.elapsed().toMillis());
  }

  /** What a checkpoint has of an item, which was not called. */
  static <T extends @Nullable Object, R extends @Nullable Object> SparkOutcome<T, R> restored(
      T item,
      @Nullable Object key,
      int partition,
      long position,
      StoredOutcome.Result result,
      @Nullable R value) {
    StoredOutcome.Failed failed = result instanceof StoredOutcome.Failed f ? f : null;
    return new SparkOutcome<>(
        item,
        key == null ? null : text(key::toString),
        partition,
        position,
        failed == null ? Status.SUCCESS : Status.FAILURE,
        value,
        failed == null ? null : failed.error(),
        failed == null || failed.message().isEmpty() ? null : failed.message(),
        0,
        0);
  }

  /* A failed item fails no task, whatever its exception does. */
  static @Nullable String text(Supplier<@Nullable String> source) {
    try {
      return source.get();
    } catch (Throwable broken) {
      return "(no text: " + broken.getClass().getName() + ")";
    }
  }
}
