package io.millrace.process.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One message of the protocol.
 *
 * @param kind what it is about, and so what its parts are
 * @param number that of the request; an answer has the same one
 * @param parts never changed after they are put in here
 */
public record Frame(Kind kind, int number, List<byte[]> parts) {
  /** The kinds; each says its parts. */
  public enum Kind {
    /** From the worker, first: protocol version, token, process id. */
    HELLO(1, 3, 3),
    /**
     * To the worker, second: the rules of transfer; then the setup and what it may be made of, if there is
     * one.
     */
    SETUP(2, 1, 3),
    /** From the worker: the setup is done. */
    READY(3, 0, 0),
    /**
     * To the worker: the argument; then the function and what it may be made of, unless it is that of the
     * task before.
     */
    TASK(4, 1, 3),
    /** From the worker: the value. It has the function of the task. */
    RESULT(5, 1, 1),
    /**
     * From the worker: what was thrown, described; and itself, or nothing. It has the function of the
     * task.
     */
    FAILURE(6, 2, 2),
    /** From the worker: why something may not or cannot cross. It may have no function now. */
    REFUSAL(7, 1, 1),
    /** To the worker: end. */
    STOP(8, 0, 0);

    private final byte code;
    private final int least;
    private final int most;

    /* The number of parts is checked on both sides. */
    Kind(int code, int least, int most) {
      this.code = (byte) code;
      this.least = least;
      this.most = most;
    }

    byte code() {
      return code;
    }

    void check(int parts) throws ProtocolException {
      if (parts < least || parts > most) {
        throw new ProtocolException(this + " with " + parts + " parts");
      }
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
    return new Frame(kind, 0, List.of(parts));
  }

  /** A frame of texts. */
  public static Frame ofTexts(Kind kind, String... texts) {
    return new Frame(kind, 0, Arrays.stream(texts).map(Frame::bytes).toList());
  }

  /** The same with a number. */
  public Frame numbered(int number) {
    return new Frame(kind, number, parts);
  }

  /** How large all parts are together. */
  public long bytes() {
    return parts.stream().mapToLong(part -> part.length).sum();
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
