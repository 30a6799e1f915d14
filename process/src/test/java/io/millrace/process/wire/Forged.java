package io.millrace.process.wire;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.io.ObjectStreamField;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;

/**
 * A serial form that is written word by word, so that it may hold what could not be made here: collections
 * with keys that collide, sizes that are not true, objects that hold themselves.
 */
final class Forged {
  private static final int WRITTEN =
      ObjectStreamConstants.SC_SERIALIZABLE | ObjectStreamConstants.SC_WRITE_METHOD;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);
  private final Map<Class<?>, Integer> described = new HashMap<>();
  private int handles;

  Forged() {
    shorts(ObjectStreamConstants.STREAM_MAGIC, ObjectStreamConstants.STREAM_VERSION);
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  /** How many objects and classes there are: the handle of the next one. */
  int handles() {
    return handles;
  }

  Forged text(String text) {
    tag(ObjectStreamConstants.TC_STRING);
    utf(text);
    handles++;
    return this;
  }

  Forged again(int handle) {
    tag(ObjectStreamConstants.TC_REFERENCE);
    ints(ObjectStreamConstants.baseWireHandle + handle);
    return this;
  }

  Forged nothing() {
    return tag(ObjectStreamConstants.TC_NULL);
  }

  /** A list of so many elements, which follow; then {@link #end}. */
  Forged list(int size) {
    begin(ArrayList.class).ints(size);
    return block(size);
  }

  /** A map of so many entries, which follow; then {@link #end}. */
  Forged map(int size) {
    begin(HashMap.class);
    ints(Float.floatToIntBits(0.75f), 12);
    return block(16, size);
  }

  /** A table of so many entries, which follow; then {@link #end}. */
  Forged table(int size) {
    begin(Hashtable.class);
    ints(Float.floatToIntBits(0.75f), 12);
    return block(16, size);
  }

  /** A set of so many elements, which follow; then {@link #end}. */
  Forged hashSet(int size) {
    begin(HashSet.class);
    return block(16, Float.floatToIntBits(0.75f), size);
  }

  /**
   * An immutable collection with so many objects, which follow; then {@link #end}.
   *
   * @param kind 1 for a list, 2 for a set, 3 for a map
   */
  Forged immutable(int kind, int size) {
    try {
      begin(Class.forName("java.util.CollSer")).ints(kind);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return block(size);
  }

  /** An array of so many objects, which follow. */
  Forged array(Class<?> type, int length) {
    tag(ObjectStreamConstants.TC_ARRAY);
    descriptor(type, ObjectStreamConstants.SC_SERIALIZABLE);
    handles++;
    return ints(length);
  }

  /** An array of so many letters. */
  Forged chars(int length) {
    array(char[].class, length);
    bytes.writeBytes(new byte[2 * length]);
    return this;
  }

  /** A builder of the letters of an array that is there already. */
  Forged builder(int array, int length) {
    return begin(StringBuilder.class).block(length).again(array).end();
  }

  /** An exception with a list of suppressed ones that is there already. */
  Forged throwable(int suppressed) {
    begin(Throwable.class);
    // In the order of their names: the cause, the message, the stack, the suppressed ones.
    return nothing().nothing().nothing().again(suppressed).end();
  }

  Forged end() {
    return tag(ObjectStreamConstants.TC_ENDBLOCKDATA);
  }

  /** A key: a list with one text. All keys of a prefix have the same hash code, and no order. */
  Forged key(int number, int letters) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < letters; bit++) {
      text.append((number >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return list(1).text(text.toString()).end();
  }

  private Forged begin(Class<?> type) {
    tag(ObjectStreamConstants.TC_OBJECT);
    descriptor(type, WRITTEN);
    handles++;
    return this;
  }

  private void descriptor(Class<?> type, int flags) {
    Integer known = described.get(type);
    if (known == null) {
      describe(type, flags);
    } else {
      again(known);
    }
  }

  private void describe(Class<?> type, int flags) {
    ObjectStreamClass model = ObjectStreamClass.lookup(type);
    tag(ObjectStreamConstants.TC_CLASSDESC);
    utf(type.getName());
    described.put(type, handles++);
    try {
      out.writeLong(model.getSerialVersionUID());
      out.writeByte(flags);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<ObjectStreamField> fields = List.of(model.getFields());
    shorts(fields.size());
    for (ObjectStreamField field : fields) {
      tag((byte) field.getTypeCode());
      utf(field.getName());
      if (!field.isPrimitive()) {
        text(field.getTypeString());
      }
    }
    end();
    nothing();
  }

  Forged block(int... numbers) {
    tag(ObjectStreamConstants.TC_BLOCKDATA).tag((byte) (4 * numbers.length));
    return ints(numbers);
  }

  private Forged ints(int... numbers) {
    try {
      for (int number : numbers) {
        out.writeInt(number);
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void shorts(int... numbers) {
    try {
      for (int number : numbers) {
        out.writeShort(number);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Forged tag(byte tag) {
    bytes.write(tag);
    return this;
  }

  private void utf(String text) {
    try {
      out.writeUTF(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
