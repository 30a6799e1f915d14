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

  /*
   * The user of a text that is a URL as a whole, or a reference to one without a scheme. The space before it is what
   * String.strip takes away, as Url does.
   */
  private static final Pattern OF_URL =
      Pattern.compile("^(\\p{javaWhitespace}*(?:[A-Za-z][A-Za-z0-9+.-]*:/{1,3}|/{2,3}))[^/?#]*@");

  private static final Pattern OF_WEB_URL =
      Pattern.compile("^(\\s*https?:/{1,3})[^/?#]*@", Pattern.CASE_INSENSITIVE);

  /*
   * Slashes may be escaped, as in JSON. A password may have all but the end of its value in JSON and CSV, a quotation mark;
   * so too much is left out between two URLs in one value, rather than too little.
   */
  private static final Pattern IN_WEB_URLS =
      Pattern.compile("(https?:(?:\\\\?/){1,3})[^/?#\\s\"]*@", Pattern.CASE_INSENSITIVE);

  /* The scheme may be missing, or have lost its slashes. */
  private static final Pattern OF_PROXY =
      Pattern.compile("^(\\s*(?:[A-Za-z][A-Za-z0-9+.-]*:/{1,3})?)[^?#]*@", Pattern.DOTALL);

  private Credentials() {}

  /** Whether a text is a URL that has some, or a reference to one. */
  public static boolean areIn(String url) {
    return OF_URL.matcher(url).find();
  }

  /** A text without its user and password, if it is a URL; others stay as they are. */
  public static String withoutUser(String text) {
    return OF_URL.matcher(text).replaceFirst("$1");
  }

  /**
   * As {@link #withoutUser}, but of http and https only.
   *
   * @param text each character is a byte
   */
  public static String withoutWebUser(String text) {
    return OF_WEB_URL.matcher(text).replaceFirst("$1");
  }

  /** As {@link #withoutWebUser}, of all URLs in a record of text, JSON or CSV. */
  public static String withoutWebUsers(String text) {
    return IN_WEB_URLS.matcher(text).replaceAll("$1");
  }

  /** A text with something else in place of them, wherever it has URLs. */
  public static String leftOut(String text) {
    return IN_URL.matcher(text).replaceAll("$1" + LEFT_OUT + "@");
  }

  /** The address of a proxy without them; it need not be a URL. */
  public static String leftOutOfProxy(String text) {
    return OF_PROXY.matcher(text).replaceFirst("$1" + LEFT_OUT + "@");
  }
}
