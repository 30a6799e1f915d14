package io.millrace.process.wire;

import java.io.ObjectStreamConstants;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A class as a message describes it.
 *
 * @param type the class of that name here
 * @param flags what its data looks like
 * @param parent that of the serializable class that it extends
 */
record StreamClass(Class<?> type, int flags, List<Field> fields, @Nullable StreamClass parent) {
  private static final int FIELDS =
      ObjectStreamConstants.SC_SERIALIZABLE | ObjectStreamConstants.SC_EXTERNALIZABLE;

  /**
   * A field.
   *
   * @param code its type, as in signatures
   */
  record Field(char code, String name) {
    boolean isObject() {
      return code == 'L' || code == '[';
    }

    /** How many bytes a primitive has. */
    int bytes() throws Unreadable {
      return switch (code) {
        case 'Z', 'B' -> 1;
        case 'S', 'C' -> 2;
        case 'I', 'F' -> 4;
        case 'J', 'D' -> 8;
        default -> throw new Unreadable("is no serial form: a field of type " + (int) code);
      };
    }
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  boolean isExternalizable() {
    return has(ObjectStreamConstants.SC_EXTERNALIZABLE);
  }

  boolean isSerializable() {
    return has(ObjectStreamConstants.SC_SERIALIZABLE);
  }

  /** Itself after those it extends: in this order their data stands. */
  List<StreamClass> lineage() {
    List<StreamClass> lineage = new ArrayList<>();
    for (StreamClass each = this; each != null; each = each.parent) {
      lineage.addFirst(each);
    }
    return lineage;
  }

  /**
   * What the JDK would read in another way than the grammar says: it goes by the class that is here, where
   * {@link Outline} goes by the message.
   */
  boolean isAmbiguous() {
    return (flags & FIELDS) == FIELDS
        || (type.isRecord()
            && (parent != null || has(ObjectStreamConstants.SC_WRITE_METHOD) || isExternalizable()))
        || (isExternalizable() && !has(ObjectStreamConstants.SC_BLOCK_DATA))
        || (type.getName().equals(Immutable.SERIAL_FORM) && !Immutable.isWrittenAs(this));
  }
}
