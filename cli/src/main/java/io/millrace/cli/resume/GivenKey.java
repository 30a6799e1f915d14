package io.millrace.cli.resume;

import io.millrace.cli.text.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How {@code millrace run} keeps the keys of items. None looks like the key of an item without one. Each byte is a
 * character, because a key need not be UTF-8. A URL is kept without user and password.
 */
public final class GivenKey {
  private static final String START = "= ";
  private static final Pattern IN_MESSAGE =
      Pattern.compile("(?<=\\bthe same key, \")" + START + "(.*)(?=\": )", Pattern.DOTALL);

  private GivenKey() {}

  /** As it is kept. */
  public static String of(byte[] key) {
    return START + new String(withoutUser(key), StandardCharsets.ISO_8859_1);
  }

  /** A key without user and password if it is a URL. */
  public static byte[] withoutUser(byte[] key) {
    String bytes = new String(key, StandardCharsets.ISO_8859_1);
    return Credentials.withoutWebUser(bytes).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** As people have it. */
  static String shown(String kept) {
    return kept.startsWith(START) ? decoded(kept.substring(START.length())) : kept;
  }

  /** A message about two items with one key, as people have that. */
  public static String shownIn(String message) {
    return IN_MESSAGE
        .matcher(message)
        .replaceAll(key -> Matcher.quoteReplacement(decoded(key.group(1))));
  }

  private static String decoded(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
