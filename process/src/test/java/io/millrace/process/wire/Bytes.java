package io.millrace.process.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;

/** Serial forms as a hostile worker writes them, and how the parent reads them. */
final class Bytes {
  static final long SHARE = 64L << 20;
  static final Duration TIME = Duration.ofSeconds(2);
  static final Rules RULES = new Rules(Rules.VALUES_ONLY, 1 << 20, 100);

  private Bytes() {}

  /** As the JDK writes it: nothing is replaced or refused. */
  static byte[] of(Object object) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  static Object read(byte[] bytes) throws Refusal, InterruptedException {
    return read(bytes, RULES);
  }

  static Object read(byte[] bytes, Rules rules) throws Refusal, InterruptedException {
    return Codec.readHostile(
        "result", bytes, rules, Bytes.class.getClassLoader(), new Limits(SHARE, TIME));
  }

  static Rules allowing(Class<?>... types) {
    var names = Arrays.stream(types).map(Class::getName).toArray(String[]::new);
    return new Rules(new AllowList(Set.of(names)), 1 << 20, 100);
  }

  /** The same with other bytes in one place. */
  static byte[] with(byte[] bytes, int position, int... others) {
    byte[] changed = bytes.clone();
    for (int i = 0; i < others.length; i++) {
      changed[position + i] = (byte) others[i];
    }
    return changed;
  }

  static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new IllegalArgumentException("not there");
  }
}
