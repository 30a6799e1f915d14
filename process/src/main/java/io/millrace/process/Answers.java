package io.millrace.process;

import io.millrace.process.wire.Codec;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.ProtocolException;
import io.millrace.process.wire.Refusal;
import io.millrace.process.wire.Rules;
import io.millrace.process.wire.Thrown;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has answered, as a value or as an exception.
 *
 * @param loader finds the classes of both
 * @param process the worker's id
 */
record Answers(Rules rules, ClassLoader loader, long process) {

  /** Where the classes of a function's arguments and values are likely to be known. */
  static ClassLoader loaderOf(@Nullable Object function) {
    ClassLoader loader = function == null ? null : function.getClass().getClassLoader();
    return loader != null ? loader : ClassLoader.getSystemClassLoader();
  }

  static TransferException refused(Refusal refusal) {
    return new TransferException(Objects.requireNonNull(refusal.getMessage()), refusal);
  }

  /** The value of a task. */
  @Nullable Object value(Frame answer) throws ProtocolException {
    return switch (answer.kind()) {
      case RESULT -> read("result", answer.part(0));
      case REFUSAL -> throw refused(Refusal.of(answer));
      case FAILURE -> throw Answers.<RuntimeException>sneak(thrown(answer));
      case HELLO, SETUP, READY, TASK, STOP ->
          throw new ProtocolException("a worker answered a task with " + answer.kind());
    };
  }

  private @Nullable Object read(String what, byte[] bytes) {
    try {
      return Codec.read(what, bytes, rules, loader);
    } catch (Refusal refusal) {
      throw refused(refusal);
    }
  }

  /** What was thrown: itself if it can cross, else its description. */
  Throwable thrown(Frame failure) throws ProtocolException {
    Throwable error = itself(failure.part(1));
    Throwable thrown = error != null ? error : description(failure.part(0));
    Stream<StackTraceElement> there = Stream.of(thrown.getStackTrace());
    var border =
        new StackTraceElement(ProcessPool.class.getName(), "call", "worker process " + process, -1);
    Stream<StackTraceElement> here = Stream.of(Thread.currentThread().getStackTrace()).skip(1);
    thrown.setStackTrace(
        Stream.of(there, Stream.of(border), here)
            .flatMap(each -> each)
            .toArray(StackTraceElement[]::new));
    return thrown;
  }

  private @Nullable Throwable itself(byte[] bytes) {
    if (bytes.length == 0) {
      return null;
    }
    try {
      return Codec.read("exception", bytes, rules, loader) instanceof Throwable error
          ? error
          : null;
    } catch (Refusal notAllowed) {
      return null;
    }
  }

  private static Throwable description(byte[] bytes) {
    Rules described =
        new Rules(Rules.VALUES_ONLY, Integer.MAX_VALUE, Integer.MAX_VALUE)
            .allowing(List.of(Thrown.class.getName()));
    try {
      return Codec.read("exception", bytes, described, Answers.class.getClassLoader())
              instanceof Thrown thrown
          ? RemoteTaskException.of(thrown)
          : new IllegalStateException("a worker described an exception by something else");
    } catch (Refusal refusal) {
      return refused(refusal);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneak(Throwable error) throws E {
    throw (E) error;
  }
}
