package io.millrace.process.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import org.jspecify.annotations.Nullable;

/** Turns objects into bytes and back, within rules. */
public final class Codec {
  private Codec() {}

  /**
   * The serial form of an object.
   *
   * @param what it is, for messages: "argument"
   * @throws Refusal if something in it is not serializable, or it is too large
   */
  public static byte[] write(String what, @Nullable Object object, Rules rules) throws Refusal {
    BoundedBytes bytes = new BoundedBytes(rules.mostBytes());
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      write(what, object, out, bytes);
    } catch (IOException e) {
      throw unwritable(what, e, bytes);
    }
    return bytes.toByteArray();
  }

  static void write(
      String what, @Nullable Object object, ObjectOutputStream out, BoundedBytes bytes)
      throws Refusal {
    try {
      out.writeObject(object);
      out.flush();
    } catch (IOException | RuntimeException e) {
      throw unwritable(what, e, bytes);
    } catch (StackOverflowError e) {
      throw new Refusal("the " + what + " is nested too deeply to be serialized", e);
    }
  }

  private static Refusal unwritable(String what, Exception e, BoundedBytes bytes) {
    if (bytes.full()) {
      return new Refusal(
          "the "
              + what
              + " takes more than "
              + bytes.most()
              + " bytes: ProcessOptions.maxMessage raises that");
    }
    if (e instanceof NotSerializableException) {
      return new Refusal(
          "the " + what + " holds a " + e.getMessage() + ", which is not Serializable", e);
    }
    return new Refusal("the " + what + " cannot be serialized: " + e, e);
  }

  /**
   * The object of a serial form.
   *
   * @param loader finds the classes
   * @throws Refusal if it holds a class that is not allowed, or unknown here
   */
  public static @Nullable Object read(String what, byte[] bytes, Rules rules, ClassLoader loader)
      throws Refusal {
    Gatekeeper gatekeeper = new Gatekeeper(rules, bytes.length);
    try (ObjectInputStream in = new Input(bytes, loader)) {
      in.setObjectInputFilter(gatekeeper);
      return in.readObject();
    } catch (ClassNotFoundException e) {
      throw new Refusal(
          "the " + what + " holds a " + e.getMessage() + ", which is not on the class path here",
          e);
    } catch (IOException | RuntimeException | LinkageError e) {
      String reason = gatekeeper.refused();
      String text = reason != null ? reason : "cannot be deserialized: " + e;
      throw new Refusal("the " + what + " " + text, e);
    } catch (StackOverflowError e) {
      throw new Refusal("the " + what + " is nested too deeply to be deserialized", e);
    }
  }

  /** Looks for classes where the function comes from, not where this library does. */
  private static final class Input extends ObjectInputStream {
    private final ClassLoader loader;

    Input(byte[] bytes, ClassLoader loader) throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.loader = loader;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(description.getName(), false, loader);
      } catch (ClassNotFoundException perhapsPrimitive) {
        return super.resolveClass(description);
      }
    }
  }
}
