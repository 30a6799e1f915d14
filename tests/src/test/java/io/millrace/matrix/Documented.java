package io.millrace.matrix;

import io.millrace.testkit.hostile.Misdeed;
import io.millrace.testkit.hostile.Misdeed.Kind;
import java.util.Optional;

/** The cells in which nothing is promised, each with the sentence that says so. */
final class Documented {
  private Documented() {}

  /** Why there is no such cell; empty if there is one. */
  static Optional<String> reason(Spot spot, Misdeed misdeed, Door door) {
    return byDoor(spot, door)
        .or(() -> bySpot(spot, misdeed))
        .or(
            () ->
                misdeed == Misdeed.CLOSES_ITS_RUN && !door.hasHandle()
                    ? Optional.of("nobody has the run in hand before its end")
                    : Optional.empty());
  }

  private static Optional<String> byDoor(Spot spot, Door door) {
    if (door.isExecutor() && isRefusedByExecutors(spot)) {
      return Optional.of(
          "ParallelExecutor.of: IllegalArgumentException for an option that means nothing for tasks");
    }
    if (door == Door.EXECUTOR_SUBMIT && (spot.isOfSource() || spot.isOfPublisher())) {
      return Optional.of("whoever submits reads the source");
    }
    if (door.isExecutor() && spot == Spot.COLLECTION_SIZE) {
      return Optional.of("ParallelExecutor.map: items are read as workers need them");
    }
    if ((door == Door.GATHERER || door.isExecutor()) && spot.isOfPublisher()) {
      return Optional.of("Source.of(Flow.Publisher): only a run can read a publisher");
    }
    if (door == Door.GATHERER && spot == Spot.SOURCE_CLOSE) {
      return Optional.of("Parallel.gatherer: the upstream belongs to whoever makes the stream");
    }
    if (spot == Spot.CONSUMER && !door.hasConsumer()) {
      return Optional.of("nobody takes outcomes one by one");
    }
    if (door == Door.FOR_EACH && (spot == Spot.RETRY_ON_RESULT || spot == Spot.VALUE_AS_OBJECT)) {
      return Optional.of("Parallel.forEach: an action without a value");
    }
    return Optional.empty();
  }

  private static boolean isRefusedByExecutors(Spot spot) {
    return switch (spot) {
      case ITEM_KEY,
          ITEM_KEY_AS_OBJECT,
          PER_KEY,
          PER_KEY_HASH,
          PER_KEY_EQUALS,
          RATE_KEY,
          RATE_KEY_HASH,
          RATE_KEY_EQUALS,
          COST,
          SETTLE,
          ON_OUTCOME,
          ON_PROGRESS ->
          true;
      default -> false;
    };
  }

  /* What such code leaves reaches nothing but other code of the same phase of the same item. */
  private static boolean isOfOnePhase(Spot spot) {
    return switch (spot) {
      case SOURCE_ITERATOR,
          SOURCE_HAS_NEXT,
          SOURCE_NEXT,
          PUBLISHER_SUBSCRIBE,
          RATE_KEY_HASH,
          RATE_KEY_EQUALS,
          ERROR_CAUSE,
          ERROR_TO_STRING,
          CONTEXT_INSTALL ->
          true;
      default -> false;
    };
  }

  private static Optional<String> bySpot(Spot spot, Misdeed misdeed) {
    boolean ofClock =
        spot.isOfClock() || spot == Spot.EXECUTOR_EXECUTE || spot == Spot.EXECUTOR_EXECUTE_LATER;
    if (ofClock && misdeed.is(Kind.FLAGS)) {
      return Optional.of(
          "TimeSource, Workers.on: they leave the interrupt flag of the thread as it was");
    }
    if (misdeed.is(Kind.FLAGS) && isOfOnePhase(spot)) {
      return Optional.of(
          "contract, E22: the flag is cleared between the phases of an item, and between reads of a source");
    }
    if (misdeed == Misdeed.MAKES_UP_AN_INTERRUPT && spot.isOfClock()) {
      return Optional.of("TimeSource: only sleep and Wait.await throw an InterruptedException");
    }
    if (misdeed == Misdeed.CLOSES_ITS_RUN && spot.isOfClock()) {
      return Optional.of("TimeSource: no method but sleep blocks");
    }
    if (!misdeed.is(Kind.BLOCKS)) {
      return Optional.empty();
    }
    if (spot == Spot.ERROR_CAUSE || spot == Spot.ERROR_TO_STRING) {
      return Optional.of("contract, E10: what makes messages and reads causes has no time limit");
    }
    if (spot.isOfClock()) {
      return Optional.of("TimeSource: no method but sleep blocks");
    }
    return switch (spot) {
      case EXECUTOR_EXECUTE, EXECUTOR_EXECUTE_LATER ->
          Optional.of("Workers.on: execute hands over, and does not wait");
      case THREAD_INTERRUPT -> Optional.of("Thread.interrupt does not block");
      case STOP_CALLBACK -> Optional.of("StopToken.stop: callbacks run in the calling thread");
      case STAGE_CANCEL -> Optional.of("CompletableFuture.cancel does not block");
      case PUBLISHER_CANCEL, PUBLISHER_REQUEST, PUBLISHER_SUBSCRIBE ->
          Optional.of("Reactive Streams 1.9, 3.4 and 3.5: these calls return in good time");
      default -> Optional.empty();
    };
  }
}
