package io.millrace.spark;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** Whether a function can be sent to the workers. */
final class Sendable {
  private Sendable() {}

  /** Returns the function, or says what of it cannot be sent, and what to do. */
  static <F> F check(String name, F function) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(function);
      return function;
    } catch (NotSerializableException refused) {
      throw new IllegalArgumentException(
          name
              + " cannot be sent to the workers, because it captures a "
              + refused.getMessage()
              + ", which is not serializable. Make it on the worker, as the client of SparkParallel.map, or in the function"
              + " itself; if it is the object around the function, copy what you need of that into a local variable",
          refused);
    } catch (IOException | RuntimeException broken) {
      throw new IllegalArgumentException(
          name + " cannot be sent to the workers: " + broken, broken);
    }
  }
}
