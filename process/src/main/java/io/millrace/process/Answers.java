package io.millrace.process;

import io.millrace.base.Visible;
import io.millrace.process.wire.Codec;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.Limits;
import io.millrace.process.wire.ProtocolException;
import io.millrace.process.wire.Refusal;
import io.millrace.process.wire.Rules;
import io.millrace.process.wire.Thrown;
import java.io.WriteAbortedException;
import java.security.PrivilegedActionException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has answered, as a value or as an exception. The worker is not trusted: a bad answer is
 * the failure of its task.
 *
 * @param limits of the reading
 * @param loader finds the classes of both
 * @param process the worker's id
 */
record Answers(Rules rules, Limits limits, ClassLoader loader, long process) {
  /* Of an exception that crosses itself: the JVM itself records 1,024 unless told otherwise. */
  private static final int MOST_FRAMES = 10_000;
  private static final int MOST_FRAMES_IN_ALL = 10 * MOST_FRAMES;
  private static final int LONGEST_FRAME = 5000;
  private static final int MOST_CHARACTERS_IN_ALL = 16 << 20;

  /** Where the classes of a function's arguments and values are likely to be known. */
  static ClassLoader loaderOf(@Nullable Object function) {
    ClassLoader loader = function == null ? null : function.getClass().getClassLoader();
    return loader != null ? loader : ClassLoader.getSystemClassLoader();
  }

  static TransferException refused(Refusal refusal) {
    return new TransferException(Objects.requireNonNull(refusal.getMessage()), refusal);
  }

  /** The value of a task. */
  @Nullable Object value(Frame answer) throws ProtocolException, InterruptedException {
    return switch (answer.kind()) {
      case RESULT -> result(answer.part(0));
      case REFUSAL -> throw refused(Refusal.of(answer));
      case FAILURE -> throw Answers.<RuntimeException>sneak(thrown(answer));
      case HELLO, SETUP, READY, TASK, STOP -> throw outOfTurn(answer);
    };
  }

  static ProtocolException outOfTurn(Frame answer) {
    return new ProtocolException("a worker answered with " + answer.kind());
  }

  private @Nullable Object result(byte[] bytes) throws InterruptedException {
    try {
      return Codec.readHostile("result", bytes, rules, loader, limits);
    } catch (Refusal refusal) {
      throw refused(refusal);
    }
  }

  /** What was thrown: itself if it can cross and means the same here, else its description. */
  Throwable thrown(Frame failure) throws ProtocolException, InterruptedException {
    byte[] description = failure.part(0);
    Throwable error = itself(failure.part(1), limits.beside(description.length));
    if (error != null && !ControlExceptions.areIn(error)) {
      try {
        if (isPlain(error)) {
          addStack(error);
          return error;
        }
      } catch (Throwable itsOwnMethods) {
        // it is described instead
      }
    }
    Throwable described = described(description);
    addStack(described);
    return described;
  }

  /*
   * Whether it can be printed, with its causes and what is suppressed: no frame steers a terminal, each text can be had, and all
   * have a bound. A message that is small could else take much memory and time, because many can share one trace or text. So
   * a frame that is shared is looked at once.
   */
  private static boolean isPlain(Throwable error) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> left = new ArrayDeque<>();
    int frames = 0;
    long characters = 0;
    for (Throwable each = error; each != null; each = left.poll()) {
      if (isMadeOfOthers(each)) {
        return false;
      }
      StackTraceElement[] stack = each.getStackTrace();
      frames += stack.length;
      characters += String.valueOf(each.getMessage()).length();
      if (stack.length > MOST_FRAMES
          || frames > MOST_FRAMES_IN_ALL
          || characters > MOST_CHARACTERS_IN_ALL
          || !Arrays.stream(stack).filter(seen::add).allMatch(Answers::isPlain)) {
        return false;
      }
      Stream.concat(Stream.of(each.getSuppressed()), Stream.ofNullable(each.getCause()))
          .filter(seen::add)
          .forEach(left::add);
    }
    return true;
  }

  /* Its text has in it that of another one, and so on: a long chain takes minutes, a circle never ends. */
  private static boolean isMadeOfOthers(Throwable error) {
    return error instanceof WriteAbortedException || error instanceof PrivilegedActionException;
  }

  private static boolean isPlain(StackTraceElement frame) {
    return frame.toString().length() <= LONGEST_FRAME && Visible.of(frame).equals(frame);
  }

  private void addStack(Throwable error) {
    Stream<StackTraceElement> there = Stream.of(error.getStackTrace());
    var border =
        new StackTraceElement(ProcessPool.class.getName(), "call", "worker process " + process, -1);
    Stream<StackTraceElement> here = Stream.of(Thread.currentThread().getStackTrace()).skip(1);
    error.setStackTrace(
        Stream.of(there, Stream.of(border), here)
            .flatMap(each -> each)
            .toArray(StackTraceElement[]::new));
  }

  private @Nullable Throwable itself(byte[] bytes, Limits left) throws InterruptedException {
    if (bytes.length == 0) {
      return null;
    }
    try {
      return Codec.readHostile("exception", bytes, rules, loader, left) instanceof Throwable error
          ? error
          : null;
    } catch (Refusal notAllowed) {
      return null;
    }
  }

  private RuntimeException described(byte[] bytes) {
    try {
      return RemoteTaskException.of(Thrown.read(bytes, limits.description()));
    } catch (Refusal refusal) {
      return refused(refusal);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneak(Throwable error) throws E {
    throw (E) error;
  }
}
