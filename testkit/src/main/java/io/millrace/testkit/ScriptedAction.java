package io.millrace.testkit;

import io.millrace.plan.Action;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An action that does as it is told, call by call, and remembers how it was called.
 *
 * {@snippet :
 * var fetch = ScriptedAction.<String, Integer>on(clock)
 *     .item("a").fails(new IOException("busy"), 2).returns(1)
 *     .item("b").takes(ofSeconds(5)).returns(2)
 *     .item("c").blocks().returns(3)                             // until fetch.release("c")
 *     .anyItem().returns(0);
 * }
 *
 * <p>Each call for an item takes the next answer, with the waits written before it: first those of
 * {@link #item}, then those of {@link #anyItem}. When they are used up, the last one is repeated. An
 * item without any answer fails with an {@link AssertionError}. Equal items are one item.
 *
 * <p>Write the script first, in one thread; calling the action, releasing it and looking at its calls
 * is thread-safe. A call that waits, in whatever way, counts as waiting for a {@link ManualClock}.
 *
 * @param <T> the items
 * @param <R> the values
 */
public final class ScriptedAction<T extends @Nullable Object, R extends @Nullable Object>
    implements Action<T, R> {
  private final TimeSource clock;
  private final Script<T, R> script = new Script<>();
  private final CallLog<T> log;
  private final Gates<T> gates;

  private ScriptedAction(TimeSource clock, Duration patience) {
    this.clock = clock;
    log = new CallLog<>(clock, patience);
    gates = new Gates<>(clock);
    Watched.add(this);
  }

  /**
   * Makes an action without a script.
   *
   * @param clock what it sleeps on and notes times by
   */
  public static <T extends @Nullable Object, R extends @Nullable Object> ScriptedAction<T, R> on(
      TimeSource clock) {
    return on(clock, Monitor.PATIENCE);
  }

  static <T extends @Nullable Object, R extends @Nullable Object> ScriptedAction<T, R> on(
      TimeSource clock, Duration patience) {
    return new ScriptedAction<>(Objects.requireNonNull(clock, "clock"), patience);
  }

  /** What is written from here on is for this item. */
  public ScriptedAction<T, R> item(T item) {
    script.at(item);
    return this;
  }

  /** Further answers are for every item, after the answers that are written for that item alone. */
  public ScriptedAction<T, R> anyItem() {
    script.atAnyItem();
    return this;
  }

  /** The call sleeps on the clock before the answer that is written next; an interrupt ends it. */
  public ScriptedAction<T, R> takes(Duration duration) {
    script.add(new Script.Wait.Sleep(Objects.requireNonNull(duration, "duration")));
    return this;
  }

  /** The call waits for a {@link #release} before the answer written next; an interrupt ends it. */
  public ScriptedAction<T, R> blocks() {
    script.add(new Script.Wait.Release(false));
    return this;
  }

  /**
   * The call waits for a {@link #release} before the answer written next, and ignores
   * interrupts; its thread's interrupt flag is set again afterwards.
   */
  public ScriptedAction<T, R> blocksUninterruptibly() {
    script.add(new Script.Wait.Release(true));
    return this;
  }

  /** One call returns a value. */
  public ScriptedAction<T, R> returns(R value) {
    return computes(item -> value);
  }

  /** One call does what another action does. */
  public ScriptedAction<T, R> computes(Action<? super T, ? extends R> answer) {
    script.add(Objects.requireNonNull(answer, "answer"), 1);
    return this;
  }

  /** One call throws. */
  public ScriptedAction<T, R> fails(Throwable error) {
    return fails(error, 1);
  }

  /**
   * Several calls throw, each after the waits that are written before it.
   *
   * @param error what each of them throws
   * @param times how many calls, at least 1
   */
  public ScriptedAction<T, R> fails(Throwable error, int times) {
    Objects.requireNonNull(error, "error");
    if (times < 1) {
      throw new IllegalArgumentException("times must be at least 1, not " + times);
    }
    script.add(
        item -> {
          throw ScriptedAction.<RuntimeException>sneak(error);
        },
        times);
    return this;
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneak(Throwable error) throws E {
    throw (E) error;
  }

  /**
   * Does what the script says for this call.
   *
   * @throws IllegalStateException if the script ends with a wait
   */
  @Override
  public R apply(T item) throws Exception {
    int position = log.begin(item);
    try {
      Script.Turn<T, R> turn = script.turn(item, log.attempt(position));
      for (Script.Wait wait : turn.waits()) {
        switch (wait) {
          case Script.Wait.Sleep(Duration duration) -> clock.sleep(duration);
          case Script.Wait.Release(boolean ignoresInterrupts) ->
              gates.pass(item, ignoresInterrupts);
        }
      }
      return turn.answer().apply(item);
    } finally {
      log.end(position);
    }
  }

  /**
   * Lets one blocked call for this item go on; if there is none, the next one that would block.
   */
  public void release(T item) {
    gates.release(item);
  }

  /** Lets all blocked calls go on; none blocks from then on. */
  public void releaseAll() {
    gates.releaseAll();
  }

  /** All calls so far, in the order they began. */
  public List<RecordedCall<T>> calls() {
    return log.calls();
  }

  /** The calls so far for one item. */
  public List<RecordedCall<T>> callsOf(T item) {
    return calls().stream().filter(call -> Objects.equals(call.item(), item)).toList();
  }

  /** When the calls so far for one item began, since the action was made, by the clock. */
  public List<Duration> startsOf(T item) {
    return callsOf(item).stream().map(RecordedCall::start).toList();
  }

  /** How many calls are running. */
  public int running() {
    return log.running();
  }

  /** The most calls that ever ran at once. */
  public int maxRunning() {
    return log.maxRunning();
  }

  /**
   * Blocks, in real time, until at least so many calls are running.
   *
   * @throws AssertionError if that does not happen within 10 s; the message has the calls
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitRunning(int count) throws InterruptedException {
    log.awaitRunning(count);
  }

  /**
   * Blocks, in real time, until at least so many calls have begun.
   *
   * @throws AssertionError if that does not happen within 10 s; the message has the calls
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitCalls(int count) throws InterruptedException {
    log.awaitCalls(count);
  }

  /** The running calls with the stacks of their threads: for messages. */
  String describeRunning() {
    return calls().stream()
        .filter(call -> call.end().isEmpty())
        .map(ScriptedAction::describe)
        .collect(Collectors.joining("; "));
  }

  private static String describe(RecordedCall<?> call) {
    return Arrays.stream(call.thread().getStackTrace())
        .map(frame -> "\n    at " + frame)
        .collect(Collectors.joining("", call.toString(), ""));
  }
}
