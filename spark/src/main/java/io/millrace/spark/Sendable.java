package io.millrace.spark;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.OutputStream;
import org.apache.spark.util.AccumulatorV2;

/**
 * Whether a function can be sent to the workers. An accumulator could, but it would count for one task only: each task brings
 * its own copies to the driver, and all tasks of a worker call the functions of the first one.
 */
final class Sendable {
  private Sendable() {}

  /** Returns the function, or says what of it cannot be sent, and what to do. */
  static <F> F check(String name, F function) {
    try (ObjectOutputStream out = new Checking(name)) {
      out.writeObject(function);
      return function;
    } catch (SharedAccumulator refused) {
      throw new IllegalArgumentException(refused.getMessage(), refused);
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

  private static final class Checking extends ObjectOutputStream {
    private final String name;

    Checking(String name) throws IOException {
      super(OutputStream.nullOutputStream());
      this.name = name;
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object object) throws IOException {
      if (object instanceof AccumulatorV2) {
        throw new SharedAccumulator(name, object);
      }
      return object;
    }
  }

  private static final class SharedAccumulator extends ObjectStreamException {
    private static final long serialVersionUID = 1;

    SharedAccumulator(String name, Object accumulator) {
      super(
          name
              + " captures an accumulator, a "
              + accumulator.getClass().getName()
              + ", which would miss what most tasks count: all tasks of a worker share one copy of this function. Count"
              + " outcomes with SparkParallel.counting, or add to the accumulator in a step of Spark after map");
    }
  }
}
