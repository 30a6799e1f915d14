package io.millrace.matrix;

/** A piece of user code that a run calls. */
enum Spot {
  ACTION(Effect.ITEM),
  STAGE_FUNCTION(Effect.ITEM),
  STAGE_CANCEL(Effect.DATA),

  SOURCE_ITERATOR(Effect.RUN, 1),
  SOURCE_HAS_NEXT(Effect.RUN, 3),
  SOURCE_NEXT(Effect.RUN, 3),
  SOURCE_CLOSE(Effect.ANY, 1),
  COLLECTION_SIZE(Effect.RUN, 1),
  PUBLISHER_SUBSCRIBE(Effect.ANY, 1),
  PUBLISHER_REQUEST(Effect.ANY, 2),
  PUBLISHER_CANCEL(Effect.ANY, 1),

  ITEM_KEY(Effect.ITEM),
  ITEM_KEY_AS_OBJECT(Effect.DATA),
  PER_KEY(Effect.ITEM),
  PER_KEY_HASH(Effect.DATA),
  PER_KEY_EQUALS(Effect.DATA),
  RATE_KEY(Effect.ITEM),
  RATE_KEY_HASH(Effect.DATA),
  RATE_KEY_EQUALS(Effect.DATA),
  COST(Effect.ITEM),
  SETTLE(Effect.DATA),

  RETRY_ON_ERROR(Effect.DATA),
  RETRY_ON_RESULT(Effect.ITEM),
  SERVER_WAIT(Effect.DATA),
  FALLBACK(Effect.ITEM),

  ERROR_MESSAGE(Effect.DATA),
  ERROR_CAUSE(Effect.DATA),
  ERROR_TO_STRING(Effect.DATA),
  ITEM_AS_OBJECT(Effect.DATA),
  VALUE_AS_OBJECT(Effect.DATA),

  ON_OUTCOME(Effect.RUN, 3),
  ON_PROGRESS(Effect.RUN, 3),
  ON_ATTEMPT(Effect.RUN, 3),
  CONSUMER(Effect.RUN, 3),

  CONTEXT_CAPTURE(Effect.RUN, 1),
  CONTEXT_INSTALL(Effect.ITEM),
  CONTEXT_UNDO(Effect.DATA),

  STOP_CALLBACK(Effect.ANY, 1),
  CLOCK_NANO_TIME(Effect.ANY, 6),
  CLOCK_NANO_TIME_LATER(Effect.ANY, 15),
  CLOCK_NOW(Effect.ANY, 1),
  CLOCK_SCHEDULE(Effect.ANY, 1),
  CLOCK_TIMER_CANCEL(Effect.ANY, 1),
  CLOCK_ANNOUNCED(Effect.ANY, 1),
  CLOCK_NEW_WAIT(Effect.ANY, 1),
  EXECUTOR_EXECUTE(Effect.RUN, 1),
  EXECUTOR_EXECUTE_LATER(Effect.ANY, 2),
  THREAD_INTERRUPT(Effect.DATA);

  /** What it means for a run that the code throws. */
  enum Effect {
    /** The item fails with that very error; all others succeed. */
    ITEM,
    /** Each item has its outcome, and the run completes. */
    DATA,
    /** The run ends, and the call throws that very error. */
    RUN,
    /** Nothing is said, but for what always holds. */
    ANY
  }

  final Effect effect;

  /** At which of its visits the culprit acts; 0 for spots that are about an item. */
  final int visit;

  Spot(Effect effect) {
    this(effect, 0);
  }

  Spot(Effect effect, int visit) {
    this.effect = effect;
    this.visit = visit;
  }

  /** Whether its items are interrupted by a timeout. */
  boolean takesTime() {
    return this == STAGE_CANCEL || this == THREAD_INTERRUPT;
  }

  boolean isOfSource() {
    return switch (this) {
      case SOURCE_ITERATOR, SOURCE_HAS_NEXT, SOURCE_NEXT, SOURCE_CLOSE, COLLECTION_SIZE -> true;
      default -> false;
    };
  }

  boolean isOfPublisher() {
    return switch (this) {
      case PUBLISHER_SUBSCRIBE, PUBLISHER_REQUEST, PUBLISHER_CANCEL -> true;
      default -> false;
    };
  }

  boolean isOfClock() {
    return name().startsWith("CLOCK_");
  }

  boolean isOfExecutor() {
    return this == EXECUTOR_EXECUTE || this == EXECUTOR_EXECUTE_LATER || this == THREAD_INTERRUPT;
  }

  /** Whether the library may have no reason to call it. */
  boolean mayStayAlone() {
    return switch (this) {
      case ITEM_KEY_AS_OBJECT,
          ERROR_MESSAGE,
          ERROR_CAUSE,
          ERROR_TO_STRING,
          ITEM_AS_OBJECT,
          VALUE_AS_OBJECT,
          PUBLISHER_CANCEL,
          SERVER_WAIT,
          PER_KEY_EQUALS,
          RATE_KEY_EQUALS,
          EXECUTOR_EXECUTE_LATER,
          CLOCK_NANO_TIME_LATER,
          CLOCK_NOW,
          CLOCK_SCHEDULE,
          CLOCK_TIMER_CANCEL,
          CLOCK_ANNOUNCED,
          CLOCK_NEW_WAIT,
          SOURCE_CLOSE ->
          true;
      default -> false;
    };
  }

  /** Whether the calling thread of a run, or whoever uses it, calls the code itself. */
  boolean isOfCaller(Door door) {
    return switch (this) {
      case ON_OUTCOME, ON_PROGRESS, CONSUMER, CONTEXT_CAPTURE, COLLECTION_SIZE -> true;
      case STOP_CALLBACK -> false;
      case SOURCE_ITERATOR, SOURCE_HAS_NEXT, SOURCE_NEXT, SOURCE_CLOSE -> door.callerReads;
      default -> isOfClock() || isOfExecutor();
    };
  }
}
