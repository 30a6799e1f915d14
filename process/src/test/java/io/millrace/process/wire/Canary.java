package io.millrace.process.wire;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;

/** Classes of which no code may run in the parent, because nothing allows them. Each counts when it does. */
final class Canary {
  static final AtomicInteger SONGS = new AtomicInteger();

  private Canary() {}

  /** Its initializer runs when a constant is read. */
  enum OnInit {
    ONE;

    static {
      SONGS.incrementAndGet();
    }
  }

  /** Its code runs when it is read. */
  static final class OnRead implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      SONGS.incrementAndGet();
      in.defaultReadObject();
    }

    private Object readResolve() {
      SONGS.incrementAndGet();
      return this;
    }
  }

  /** Its constructor runs when it is read. */
  record OnConstruction(int value) implements Serializable {
    OnConstruction {
      if (value < 0) {
        SONGS.incrementAndGet();
      }
    }
  }

  /** Its deserialization is a method of the enum. */
  enum WithLambda {
    ONE;

    static final Comparator<String> COMPARATOR =
        (Comparator<String> & Serializable)
            (one, other) -> {
              SONGS.incrementAndGet();
              return one.compareTo(other);
            };
  }
}
