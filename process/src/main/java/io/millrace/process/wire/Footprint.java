package io.millrace.process.wire;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/** How many bytes the fields of an object take, at most. */
final class Footprint {
  private static final long REFERENCE = 8;

  /* If its fields are of classes that are not there. */
  private static final long UNKNOWN = 1024;

  private static final ClassValue<Long> KNOWN =
      new ClassValue<>() {
        @Override
        protected Long computeValue(Class<?> type) {
          return count(type);
        }
      };

  private Footprint() {}

  static long of(Class<?> type) {
    return KNOWN.get(type);
  }

  private static long count(Class<?> type) {
    try {
      long bytes = 0;
      for (Class<?> each = type; each != null; each = each.getSuperclass()) {
        for (Field field : each.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers())) {
            // What a field that is not in the serial form may be set to is small: a lock, a
            // counter.
            bytes += Modifier.isTransient(field.getModifiers()) ? 4 * REFERENCE : REFERENCE;
          }
        }
      }
      return bytes;
    } catch (LinkageError incomplete) {
      return UNKNOWN;
    }
  }
}
