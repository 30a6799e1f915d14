package io.millrace.process.wire;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the serial form of {@code List.of}, {@code Set.of} and {@code Map.of} in place of the JDK's class,
 * which puts all elements into a table in a single step: with keys that collide, that takes the square of
 * their number. Here they are put one by one, and the reader looks at the clock between them. Sets and
 * maps are those of the JDK if they are small, else unmodifiable ones.
 */
final class Immutable implements Serializable {
  private static final long serialVersionUID = 6309168927139932177L;

  /** The class that it stands for. */
  static final String SERIAL_FORM = "java.util.CollSer";

  private static final int SMALL = 16;

  /* Named as in that class; set by deserialization alone. */
  private int tag;
  private transient @Nullable Object value;

  /** What a serial form becomes. */
  enum Kind {
    NONE,
    LIST,
    SET,
    MAP;

    static Kind of(int tag) {
      return switch (tag & 0xFF) {
        case 1, 4 -> LIST;
        case 2 -> SET;
        case 3 -> MAP;
        default -> NONE;
      };
    }
  }

  /** Whether a message describes the form as this class reads it. */
  static boolean isWrittenAs(StreamClass described) {
    int flags = ObjectStreamConstants.SC_SERIALIZABLE | ObjectStreamConstants.SC_WRITE_METHOD;
    return described.flags() == flags
        && described.parent() == null
        && described.fields().equals(List.of(new StreamClass.Field('I', "tag")));
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(Immutable.class.getName());
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    int size = in.readInt();
    value =
        switch (Kind.of(tag)) {
          case LIST -> list(in, size);
          case SET -> set(in, size);
          case MAP -> map(in, size);
          case NONE -> throw new InvalidObjectException("an immutable collection of kind " + tag);
        };
  }

  private static List<@Nullable Object> list(ObjectInputStream in, int size)
      throws IOException, ClassNotFoundException {
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(in.readObject());
    }
    return list.contains(null) ? list.stream().toList() : List.copyOf(list);
  }

  private static Set<Object> set(ObjectInputStream in, int size)
      throws IOException, ClassNotFoundException {
    Set<Object> set = new LinkedHashSet<>();
    for (int i = 0; i < size; i++) {
      if (!set.add(Objects.requireNonNull(in.readObject()))) {
        throw new InvalidObjectException("an immutable set with a duplicate");
      }
    }
    return size <= SMALL ? Set.copyOf(set) : Collections.unmodifiableSet(set);
  }

  private static Map<Object, Object> map(ObjectInputStream in, int size)
      throws IOException, ClassNotFoundException {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i += 2) {
      Object key = Objects.requireNonNull(in.readObject());
      if (map.put(key, Objects.requireNonNull(in.readObject())) != null) {
        throw new InvalidObjectException("an immutable map with a duplicate");
      }
    }
    return size <= 2 * SMALL ? Map.copyOf(map) : Collections.unmodifiableMap(map);
  }

  private Object readResolve() {
    return Objects.requireNonNull(value);
  }
}
