package io.millrace.checkpoint;

import io.millrace.base.Utf8;

/**
 * How values become bytes that a checkpoint can keep, and values again. Null values are kept without it. It is called
 * by several threads at once.
 *
 * @param <R> the values
 */
public interface Codec<R> {

  /** Bytes as they are. They are not copied: an action must return another array each time, and not change it afterwards. */
  static Codec<byte[]> bytes() {
    return new Codec<>() {
      @Override
      public byte[] encode(byte[] value) {
        return value;
      }

      @Override
      public byte[] decode(byte[] bytes) {
        return bytes;
      }

      @Override
      public String toString() {
        return "bytes";
      }
    };
  }

  /** Text as UTF-8. A string with half of a surrogate pair cannot be encoded. */
  static Codec<String> text() {
    return new Codec<>() {
      @Override
      public byte[] encode(String value) throws Exception {
        return Utf8.encode(value);
      }

      @Override
      public String decode(byte[] bytes) throws Exception {
        return Utf8.decode(bytes);
      }

      @Override
      public String toString() {
        return "text";
      }
    };
  }

  /**
   * The bytes of a value.
   *
   * @return an array of its own, which nobody changes afterwards: it is not copied, and stored later. Never null: a null
   *     ends the run, as an exception does
   * @throws Exception if the value cannot be encoded; this ends the run
   */
  byte[] encode(R value) throws Exception;

  /**
   * The value of these bytes.
   *
   * @return not null: null values are never encoded
   * @throws Exception if these are no bytes of a value; this ends the run
   */
  R decode(byte[] bytes) throws Exception;
}
