package io.millrace.process.wire;

import java.io.IOException;
import java.lang.invoke.SerializedLambda;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function in its serial form. Its own class needs no permission, because the program itself hands it
 * over: for a lambda, the class it is written in. What it captures does. Immutable.
 */
public final class Code {
  private final List<String> trusted;
  private final byte[] bytes;

  /* The classes that need no permission. */
  private Code(List<String> trusted, byte[] bytes) {
    this.trusted = trusted;
    this.bytes = bytes;
  }

  /**
   * The serial form of a function.
   *
   * @throws Refusal if it is not serializable
   */
  public static Code of(Object function, Rules rules) throws Refusal {
    BoundedBytes bytes = new BoundedBytes(rules.mostBytes());
    try (ValueOutput out = new ValueOutput(bytes)) {
      Codec.write("function", function, out, bytes);
      return new Code(trusted(function, out), bytes.toByteArray());
    } catch (IOException e) {
      throw new Refusal("the function cannot be serialized: " + e, e);
    }
  }

  private static List<String> trusted(Object function, ValueOutput out) {
    return out.root() instanceof SerializedLambda lambda
        ? List.of(lambda.getCapturingClass().replace('/', '.'))
        : AllowList.names(function.getClass());
  }

  /** Adds itself to a frame with these parts. */
  public Frame in(Frame.Kind kind, byte[] first) {
    return Frame.of(kind, first, bytes, Frame.bytes(String.join("\n", trusted)));
  }

  /**
   * The function in a frame, or null if it has none.
   *
   * @throws Refusal if it captures what is not allowed, or unknown here
   */
  public static @Nullable Object from(Frame frame, Rules rules, ClassLoader loader) throws Refusal {
    if (frame.parts().size() < 2) {
      return null;
    }
    try {
      List<String> trusted = frame.text(2).lines().toList();
      return Codec.read("function", frame.part(1), rules.allowing(trusted), loader);
    } catch (ProtocolException e) {
      throw new Refusal("the function came without the classes that it needs", e);
    }
  }
}
