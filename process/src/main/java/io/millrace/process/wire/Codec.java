package io.millrace.process.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import org.jspecify.annotations.Nullable;

/**
 * Turns objects into bytes and back, within rules. Whatever the classes of these objects throw is a refusal.
 */
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
    try (ValueOutput out = new ValueOutput(bytes)) {
      write(what, object, out, bytes);
    } catch (IOException e) {
      throw unwritable(what, e, bytes);
    }
    return bytes.toByteArray();
  }

  static void write(String what, @Nullable Object object, ValueOutput out, BoundedBytes bytes)
      throws Refusal {
    try {
      out.writeObject(object);
      out.flush();
    } catch (Throwable e) {
      throw unwritable(what, e, bytes);
    }
  }

  private static Refusal unwritable(String what, Throwable e, BoundedBytes bytes) {
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
          "the " + what + " holds a " + Reason.message(e, 1000) + ", which is not Serializable", e);
    }
    return refusal(what, "serialized", e);
  }

  private static Refusal refusal(String what, String done, Throwable e) {
    if (e instanceof StackOverflowError) {
      return new Refusal("the " + what + " is nested too deeply to be " + done, e);
    }
    return new Refusal("the " + what + " cannot be " + done + ": " + Reason.of(e), e);
  }

  /**
   * The object of a serial form that comes from a trusted side.
   *
   * @param loader finds the classes
   * @throws Refusal if it holds a class that is not allowed, or unknown here
   */
  public static @Nullable Object read(String what, byte[] bytes, Rules rules, ClassLoader loader)
      throws Refusal {
    Budget budget = new Budget(Limits.NONE);
    Gatekeeper gatekeeper = new Gatekeeper(rules, bytes.length, budget, null);
    try (ObjectInputStream in = new Input(bytes, loader)) {
      in.setObjectInputFilter(gatekeeper);
      return in.readObject();
    } catch (ClassNotFoundException e) {
      throw new Refusal(
          "the "
              + what
              + " holds a "
              + Reason.message(e, 1000)
              + ", which the worker process does not find on its class path. What is in memory only, as the classes of"
              + " a program that is run by java File.java, does not cross: compile it",
          e);
    } catch (Throwable e) {
      throw unreadable(what, e, gatekeeper);
    }
  }

  /**
   * The object of a serial form that comes from a worker.
   *
   * @throws Refusal if it must not be read, or takes more than the limits
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   */
  public static @Nullable Object readHostile(
      String what, byte[] bytes, Rules rules, ClassLoader loader, Limits limits)
      throws Refusal, InterruptedException {
    Budget budget = new Budget(limits);
    Classes classes = new Classes(rules.allowed(), loader);
    Gatekeeper gatekeeper = null;
    try {
      budget.take(bytes.length);
      Outline outline = Outline.of(bytes, classes, rules.mostDepth(), budget);
      gatekeeper = new Gatekeeper(rules, bytes.length, budget, outline);
      try (ObjectInputStream in = new ValueInput(bytes, classes, budget)) {
        in.setObjectInputFilter(gatekeeper);
        return in.readObject();
      }
    } catch (Throwable e) {
      if (budget.interrupted()) {
        var _ = Thread.interrupted();
        throw new InterruptedException("the " + what + " of a worker was being read");
      }
      Refusal refusal = unreadable(what, e, gatekeeper);
      throw Reason.isPlain(e) ? refusal : new Refusal(String.valueOf(refusal.getMessage()));
    }
  }

  private static Refusal unreadable(String what, Throwable e, @Nullable Gatekeeper gatekeeper) {
    if (e instanceof Unreadable) {
      return new Refusal("the " + what + " " + e.getMessage(), e);
    }
    String reason = gatekeeper == null ? null : gatekeeper.refused();
    if (reason != null) {
      return new Refusal("the " + what + " " + reason, e);
    }
    return refusal(what, "deserialized", e);
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
