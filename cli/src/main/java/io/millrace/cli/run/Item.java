package io.millrace.cli.run;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An item of the run.
 *
 * @param number from 1
 * @param text its bytes, as they were read
 * @param fields by name
 * @param header the line that names its fields; empty if it names them itself
 * @param problem why no command can be made of it
 * @param course how far it has come
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
record Item(
    long number,
    byte[] text,
    Map<String, byte[]> fields,
    byte[] header,
    Optional<String> problem,
    Course course) {
  private static final byte[] NOTHING = {};

  /** What the last attempt has come to, while it goes on as well. */
  static final class Course {
    private final AtomicReference<Optional<Attempt>> last = new AtomicReference<>(Optional.empty());

    /** Another attempt begins; what the one before has printed is not kept. */
    Attempt begins(Captured out, Captured err) {
      Optional<Attempt> before = last.get();
      before.ifPresent(Attempt::close);
      int number = before.map(Attempt::number).orElse(0) + 1;
      Attempt attempt = new Attempt(number, Instant.now(), out, err);
      last.set(Optional.of(attempt));
      return attempt;
    }

    Optional<Attempt> last() {
      return last.get();
    }
  }

  static Item of(long number, byte[] text) {
    return of(number, text, Map.of());
  }

  static Item of(long number, byte[] text, Map<String, byte[]> fields) {
    return named(number, text, fields, NOTHING);
  }

  static Item named(long number, byte[] text, Map<String, byte[]> fields, byte[] header) {
    return new Item(number, text, fields, header, Optional.empty(), new Course());
  }

  static Item malformed(long number, byte[] text, String problem) {
    return new Item(number, text, Map.of(), NOTHING, Optional.of(problem), new Course());
  }

  /**
   * The value of a field.
   *
   * @throws MalformedItemException if it has none
   */
  byte[] field(String name) {
    return field(name, "");
  }

  /** The same, with something to add to the message. */
  byte[] field(String name, String hint) {
    check();
    byte[] value = fields.get(name);
    if (value == null) {
      throw new MalformedItemException("it has no field '" + name + "'" + hint);
    }
    return value;
  }

  /** The value of a field as text, to be compared. */
  String fieldText(String name) {
    // each byte is a character of its own, so that different values stay different
    return new String(field(name), StandardCharsets.ISO_8859_1);
  }

  /**
   * Checks that a command can be made of it.
   *
   * @throws MalformedItemException if it cannot
   */
  Item check() {
    if (problem.isPresent()) {
      throw new MalformedItemException(problem.get());
    }
    return this;
  }

  /** As {@link #check()}, and that it has this field. */
  Item check(Optional<String> key) {
    key.ifPresent(this::field);
    return check();
  }
}
