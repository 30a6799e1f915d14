package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Label;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Idempotency-Key of each line: the same for all its attempts, and in all runs with one checkpoint as long as the line
 * asks for the same; different from those of all other lines and checkpoints.
 *
 * @param run a number that no other run has; a checkpoint keeps it
 * @param isKept whether a checkpoint does, which has no two lines with the same key; else two lines that are told apart by
 *     nothing but the user in their URLs would have one
 */
record IdempotencyKeys(String run, boolean isKept) {
  static final String NAME = "Idempotency-Key";
  private static final String OPTION = " --idempotency-key ";
  private static final Pattern KEPT = Pattern.compile("http" + OPTION + "([0-9a-f]{32})(?: .*)?");
  private static final int BYTES = 16;

  /**
   * Those of a checkpoint, or new ones.
   *
   * @param action what the checkpoint says that it is of; empty if there is none
   * @param isKept whether there is one, or will be
   */
  static IdempotencyKeys of(Optional<String> action, boolean isKept) {
    Matcher kept = KEPT.matcher(action.orElse(""));
    if (kept.matches()) {
      return new IdempotencyKeys(kept.group(1), isKept);
    }
    byte[] run = new byte[BYTES];
    new SecureRandom().nextBytes(run);
    return new IdempotencyKeys(HexFormat.of().formatHex(run), isKept);
  }

  /** How a checkpoint keeps them, in what it says that it is of. */
  String option() {
    return OPTION + run;
  }

  /** The request with its key, unless it has one. */
  Request in(Request request, Label label, long sequence) {
    return request.own().stream().anyMatch(header -> header.isNamed(NAME))
        ? request
        : request.with(new Header(NAME, key(request, label, sequence)));
  }

  private String key(Request request, Label label, long sequence) {
    MessageDigest digest = sha256();
    add(digest, run.getBytes(StandardCharsets.US_ASCII));
    if (!isKept || label.key().isEmpty()) {
      add(digest, Long.toString(sequence).getBytes(StandardCharsets.US_ASCII));
    } else {
      add(digest, label.key().getBytes(StandardCharsets.UTF_8));
      for (Object part : LineIdentity.traits(request)) {
        add(digest, part instanceof byte[] bytes ? bytes : utf8(part));
      }
    }
    return uuid(ByteBuffer.wrap(digest.digest()));
  }

  /* Of version 8: made of a digest (RFC 9562, section 5.8). */
  private static String uuid(ByteBuffer digest) {
    long high = (digest.getLong() & ~0xf000L) | 0x8000L;
    long low = (digest.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  private static byte[] utf8(Object part) {
    return part.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void add(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
    digest.update(part);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has it
    }
  }
}
