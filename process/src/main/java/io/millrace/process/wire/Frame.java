package io.millrace.process.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One message of the protocol.
 *
 * @param kind what it is about, and so what its parts are
 * @param parts never changed after they are put in here
 */
public record Frame(Kind kind, List<byte[]> parts) {
  /** The kinds; each says its parts. */
  public enum Kind {
    /** From the worker, first: protocol version, token, process id. */
    HELLO(1),
    /** To the worker, second: the rules of transfer; then the setup, if there is one. */
    SETUP(2),
    /** From the worker: the setup is done. */
    READY(3),
    /** To the worker: the argument; then the function, unless it is that of the task before. */
    TASK(4),
    /** From the worker: the value. */
    RESULT(5),
    /** From the worker: what was thrown, described; and itself, or nothing. */
    FAILURE(6),
    /** From the worker: why something may not or cannot cross. */
    REFUSAL(7),
    /** To the worker: end. */
    STOP(8);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }

    static Kind of(byte code) throws ProtocolException {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new ProtocolException("there is no frame of kind " + code);
    }
  }

  /** Copies the list, not the parts. */
  public Frame {
    parts = List.copyOf(parts);
  }

  /** A frame of these parts. */
  public static Frame of(Kind kind, byte[]... parts) {
    return new Frame(kind, List.of(parts));
  }

  /** A frame of texts. */
  public static Frame ofTexts(Kind kind, String... texts) {
    return new Frame(kind, List.of(texts).stream().map(Frame::bytes).toList());
  }

  /** A part. */
  public byte[] part(int index) throws ProtocolException {
    if (index >= parts.size()) {
      throw new ProtocolException(kind + " has only " + parts.size() + " parts");
    }
    return parts.get(index);
  }

  /** A part that is a text. */
  public String text(int index) throws ProtocolException {
    return text(part(index));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
