package io.millrace.process.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * How a worker introduces itself.
 *
 * @param token what the parent gave it, so that nobody else can take its place
 * @param process its process id
 */
public record Hello(String token, long process) {
  /** How large it is at most. */
  public static final int MOST_BYTES = 1024;

  private static final String VERSION = "millrace-process/3";

  /** For the parent. */
  public Frame frame() {
    return Frame.ofTexts(Frame.Kind.HELLO, VERSION, token, String.valueOf(process));
  }

  /**
   * Whether a frame says the same.
   *
   * @throws ProtocolException if the worker is of another version
   */
  public boolean matches(Frame frame) throws ProtocolException {
    if (frame.kind() != Frame.Kind.HELLO || !same(frame.text(1), token)) {
      return false;
    }
    if (!frame.text(0).equals(VERSION)) {
      throw new ProtocolException(
          "the worker speaks " + frame.text(0) + " and not " + VERSION + ": is it the same jar?");
    }
    return frame.text(2).equals(String.valueOf(process));
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
