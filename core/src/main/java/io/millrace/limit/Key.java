package io.millrace.limit;

/**
 * A key of a limit, with its hash code as it was when the key was made. User code runs in {@code of} and
 * in {@code matches}, and never under a lock.
 */
record Key(Object value, int hash) {

  static Key of(Object value) {
    return new Key(value, value.hashCode());
  }

  boolean matches(Key other) {
    return value == other.value || (hash == other.hash && value.equals(other.value));
  }
}
