package io.millrace.process.worker;

import io.millrace.process.RemoteFunction;
import io.millrace.process.wire.Code;
import io.millrace.process.wire.Codec;
import io.millrace.process.wire.Connection;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.Frame.Kind;
import io.millrace.process.wire.Limits;
import io.millrace.process.wire.ProtocolException;
import io.millrace.process.wire.Refusal;
import io.millrace.process.wire.Rules;
import io.millrace.process.wire.Thrown;
import io.millrace.process.wire.WorkerRules;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Runs one task after the other, in one thread. */
final class Tasks {
  private static final ClassLoader CLASSES = ClassLoader.getSystemClassLoader();
  private static final byte[] NOTHING = {};

  private final Connection connection;

  /* What the parent says first; until then only it has to be understood. */
  private Rules rules = new Rules(Rules.VALUES_ONLY, Integer.MAX_VALUE, 1);
  private int mostDescription = Limits.LEAST_DESCRIPTION;

  /* That of the last task. */
  private @Nullable Object function;

  Tasks(Connection connection) {
    this.connection = connection;
  }

  /** Until the parent stops it; throws when the parent is gone. */
  void run() throws IOException {
    while (true) {
      // The parent keeps to its own limit; an argument comes with its function.
      Frame frame = connection.receive(Long.MAX_VALUE);
      switch (frame.kind()) {
        case SETUP -> send(setUp(frame).numbered(frame.number()));
        case TASK -> send(answer(frame).numbered(frame.number()));
        case STOP -> System.exit(0);
        case HELLO, READY, RESULT, FAILURE, REFUSAL ->
            throw new ProtocolException(frame.kind() + " came from the parent");
      }
    }
  }

  private void send(Frame answer) throws IOException {
    // An interrupt that a task has left behind would close the connection.
    var _ = Thread.interrupted();
    connection.send(answer);
  }

  private Frame setUp(Frame frame) {
    try {
      WorkerRules own = WorkerRules.parse(frame.text(0));
      rules = own.rules();
      mostDescription = own.mostDescription();
      if (Code.from(frame, rules, CLASSES) instanceof RemoteFunction.Setup setup) {
        setup.run();
      }
      return Frame.of(Kind.READY);
    } catch (Refusal refusal) {
      return refusal.frame();
    } catch (Throwable error) {
      return failure(error);
    }
  }

  /*
   * Whether the function or the argument or the result is refused: the parent then sends the function
   * again.
   */
  private Frame answer(Frame frame) {
    try {
      Object called = function(frame);
      Object argument = Codec.read("argument", frame.part(0), rules, CLASSES);
      return Frame.of(Kind.RESULT, Codec.write("result", call(called, argument), rules));
    } catch (Refusal refusal) {
      function = null;
      return refusal.frame();
    } catch (Throwable error) {
      return failure(error);
    }
  }

  private Object function(Frame frame) throws Refusal {
    if (frame.parts().size() > 1) {
      // If the new one is refused, the old one is not called in its place.
      function = null;
      function = Code.from(frame, rules, CLASSES);
    }
    if (function == null) {
      throw new Refusal("the worker has no function for its task");
    }
    return function;
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object call(Object function, @Nullable Object argument)
      throws Exception {
    return switch (function) {
      case RemoteFunction.Call<?> call -> call.call();
      case RemoteFunction<?, ?> unary ->
          ((RemoteFunction<@Nullable Object, @Nullable Object>) unary).apply(argument);
      default -> throw new IllegalStateException("no function, but a " + function.getClass());
    };
  }

  private Frame failure(Throwable error) {
    return Frame.of(Kind.FAILURE, Thrown.of(error, mostDescription).bytes(), itself(error));
  }

  /* Empty if it cannot cross: then its description has to do. */
  private byte[] itself(Throwable error) {
    try {
      return Codec.write("exception", error, rules);
    } catch (Refusal notSerializable) {
      return NOTHING;
    }
  }
}
