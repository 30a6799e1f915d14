package io.millrace.cli.text;

import java.util.regex.Pattern;

/**
 * Where users and passwords stand in texts that have URLs. It finds them in all that {@code Url} takes for one, which is
 * as lenient as curl, and in URLs of other schemes.
 */
public final class Credentials {
  private static final String LEFT_OUT = "...";

  /* From a scheme, or the start of a reference without one, up to the last @ before a path. */
  private static final Pattern IN_URL = Pattern.compile("((?:^\\s*/|:)/{1,3})[^/?#]*@");

  /* The scheme may be missing, or have lost its slashes. */
  private static final Pattern OF_PROXY =
      Pattern.compile("^(\\s*(?:[A-Za-z][A-Za-z0-9+.-]*:/{1,3})?)[^?#]*@", Pattern.DOTALL);

  private Credentials() {}

  /** Whether a text has some. */
  public static boolean areIn(String text) {
    return IN_URL.matcher(text).find();
  }

  /** A text without them. */
  public static String leftOut(String text) {
    return IN_URL.matcher(text).replaceAll("$1" + LEFT_OUT + "@");
  }

  /** The address of a proxy without them; it need not be a URL. */
  public static String leftOutOfProxy(String text) {
    return OF_PROXY.matcher(text).replaceFirst("$1" + LEFT_OUT + "@");
  }
}
