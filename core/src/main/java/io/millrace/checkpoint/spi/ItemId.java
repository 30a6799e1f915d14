package io.millrace.checkpoint.spi;

import io.millrace.base.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * How a checkpoint finds an item: by its key, or by its position. Ids of different kinds are never equal, whatever their
 * bytes. Immutable.
 */
public final class ItemId {
  /** A key has at most this many bytes; those of a string are its UTF-8. */
  public static final int LONGEST = 1_024;

  /* Characters or bytes of a key in a message. */
  private static final int SHOWN = 100;

  private final Kind kind;
  private final byte[] bytes;

  /** What an item is found by. Stores keep the {@link #code}. */
  public enum Kind {
    /** A string; its bytes are UTF-8. */
    STRING('s'),
    /** An {@code int} or a {@code long}; 8 bytes, the highest first. */
    LONG('l'),
    /** A UUID; 16 bytes, the highest first. */
    UUID('u'),
    /** Bytes. */
    BYTES('b'),
    /** The position in the source, from 0; as a {@link #LONG}. */
    POSITION('p');

    private static final Kind[] KINDS = values();

    private final char code;

    Kind(char code) {
      this.code = code;
    }

    /** A lower-case letter that never changes. */
    public char code() {
      return code;
    }

    /** The kind of a code. */
    public static Kind of(char code) {
      for (Kind kind : KINDS) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("there is no kind of item id with the code " + code);
    }
  }

  private ItemId(Kind kind, byte[] bytes) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /** An id of this kind, with a copy of the bytes that {@link #bytes} gave. */
  public static ItemId of(Kind kind, byte[] bytes) {
    Objects.requireNonNull(kind, "kind");
    int length =
        switch (kind) {
          case STRING, BYTES -> Math.min(bytes.length, LONGEST);
          case LONG, POSITION -> Long.BYTES;
          case UUID -> 2 * Long.BYTES;
        };
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          "an id of kind " + kind + " has " + length + " bytes, not " + bytes.length);
    }
    return new ItemId(kind, bytes.clone());
  }

  /** The id of a key that is a string. */
  public static ItemId of(String key) {
    try {
      return new ItemId(Kind.STRING, bounded(Utf8.encode(key), () -> start(key)));
    } catch (CharacterCodingException broken) {
      throw new IllegalArgumentException(
          "a key must be a string of whole characters; this one has half of a surrogate pair: "
              + start(key),
          broken);
    }
  }

  /* What a message has of a key, which may be of any length. */
  private static String start(String key) {
    return key.length() <= SHOWN ? key : key.substring(0, SHOWN) + "...";
  }

  /** The id of a key that is a number. */
  public static ItemId of(long key) {
    return new ItemId(Kind.LONG, big(key));
  }

  /** The id of a key that is a UUID. */
  public static ItemId of(UUID key) {
    ByteBuffer buffer = ByteBuffer.allocate(2 * Long.BYTES);
    buffer.putLong(key.getMostSignificantBits()).putLong(key.getLeastSignificantBits());
    return new ItemId(Kind.UUID, buffer.array());
  }

  /** The id of a key that is bytes, which are copied. */
  public static ItemId of(byte[] key) {
    return new ItemId(
        Kind.BYTES, bounded(key.clone(), () -> HexFormat.of().formatHex(key, 0, SHOWN) + "..."));
  }

  /** The id of an item without a key. */
  public static ItemId ofPosition(long position) {
    return new ItemId(Kind.POSITION, big(position));
  }

  private static byte[] big(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static byte[] bounded(byte[] bytes, Supplier<String> start) {
    if (bytes.length > LONGEST) {
      throw new IllegalArgumentException(
          "a key must have at most "
              + LONGEST
              + " bytes, not "
              + bytes.length
              + "; use a digest of it: "
              + start.get());
    }
    return bytes;
  }

  /** What the item is found by. */
  public Kind kind() {
    return kind;
  }

  /** A copy of the canonical bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ItemId id && kind == id.kind && Arrays.equals(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + Arrays.hashCode(bytes);
  }

  /** For people: the kind and the key. */
  @Override
  public String toString() {
    return switch (kind) {
      case STRING -> "\"" + new String(bytes, StandardCharsets.UTF_8) + "\"";
      case LONG -> Long.toString(ByteBuffer.wrap(bytes).getLong());
      case UUID -> {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        yield new UUID(buffer.getLong(), buffer.getLong()).toString();
      }
      case BYTES -> "0x" + HexFormat.of().formatHex(bytes);
      case POSITION -> "position " + ByteBuffer.wrap(bytes).getLong();
    };
  }
}
