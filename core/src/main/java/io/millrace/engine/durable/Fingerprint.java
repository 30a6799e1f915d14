package io.millrace.engine.durable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of a canonical form of a value: each part has a letter for its kind, and its length where that can
 * differ, so that no two values have the same form. The form never changes: checkpoints hold digests of it. The name of
 * a record and those of its components do not count.
 */
final class Fingerprint {
  private static final ClassValue<Method[]> ACCESSORS =
      new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
          return accessors(type);
        }
      };

  /* Never used itself, only copied: to look for a provider takes longer than the digest of a number. */
  private static final MessageDigest EMPTY = sha256();

  private final MessageDigest digest;

  private Fingerprint() {
    digest = copyOfEmpty();
  }

  private static MessageDigest copyOfEmpty() {
    try {
      return (MessageDigest) EMPTY.clone();
    } catch (CloneNotSupportedException ofThisProvider) {
      return sha256();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has it
    }
  }

  /**
   * The digest.
   *
   * @throws UnsupportedOperationException with the name of a type that has no canonical form
   */
  static byte[] of(@Nullable Object value) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(value);
    return fingerprint.digest.digest();
  }

  private void add(@Nullable Object value) {
    switch (value) {
      case null -> kind('0');
      case String text -> text('s', text);
      case byte[] bytes -> bytes('b', bytes);
      case Integer number -> number('i', number);
      case Long number -> number('l', number);
      case Short number -> number('h', number);
      case Byte number -> number('y', number);
      case Double number -> number('d', Double.doubleToLongBits(number));
      case Float number -> number('f', Float.floatToIntBits(number));
      case BigInteger number -> bytes('I', number.toByteArray());
      case BigDecimal number -> text('D', number.toString());
      case Boolean truth -> number('t', truth ? 1 : 0);
      case Character character -> number('c', character);
      case Enum<?> constant -> text('e', constant.name());
      case UUID uuid -> {
        number('u', uuid.getMostSignificantBits());
        number('u', uuid.getLeastSignificantBits());
      }
      case URI uri -> text('r', uri.toString());
      case Record tuple -> components(tuple);
      case Map.Entry<?, ?> pair -> {
        kind('p');
        add(pair.getKey());
        add(pair.getValue());
      }
      case List<?> list -> {
        number('L', list.size());
        list.forEach(this::add);
      }
      default -> throw new UnsupportedOperationException(value.getClass().getName());
    }
  }

  private void kind(char kind) {
    digest.update((byte) kind);
  }

  private void number(char kind, long number) {
    digest.update(ByteBuffer.allocate(1 + Long.BYTES).put((byte) kind).putLong(number).array());
  }

  private void bytes(char kind, byte[] bytes) {
    number(kind, bytes.length);
    digest.update(bytes);
  }

  /* As UTF-16, which keeps every string apart, also those with half of a surrogate pair. */
  private void text(char kind, String text) {
    number(kind, text.length());
    ByteBuffer units = ByteBuffer.allocate(Character.BYTES * text.length());
    units.asCharBuffer().put(text);
    digest.update(units);
  }

  private void components(Record tuple) {
    Method[] accessors = ACCESSORS.get(tuple.getClass());
    number('R', accessors.length);
    for (Method accessor : accessors) {
      add(valueOf(accessor, tuple));
    }
  }

  private static @Nullable Object valueOf(Method accessor, Record tuple) {
    try {
      return accessor.invoke(tuple);
    } catch (IllegalAccessException closed) {
      throw new UnsupportedOperationException(tuple.getClass().getName(), closed);
    } catch (InvocationTargetException broken) {
      throw new IllegalStateException("the accessor " + accessor + " failed", broken.getCause());
    }
  }

  private static Method[] accessors(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Method[] accessors = new Method[components.length];
    for (int i = 0; i < components.length; i++) {
      accessors[i] = components[i].getAccessor();
      accessors[i].trySetAccessible(); // a record that is not public, in a module that is open
    }
    return accessors;
  }
}
