package io.millrace.checkpoint.jdbc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address as PostgreSQL's driver has it, apart from its secrets: the driver quotes the address in messages, and never its
 * properties.
 *
 * @param text the address, without secrets
 * @param secrets properties that stood in it, by name
 */
record PostgresUrl(String text, Map<String, String> secrets) {
  static final String PREFIX = "jdbc:postgresql:";
  private static final String HOST = "(?:[\\w.-]*|\\[[\\w:.%]+\\])(?::\\d*)?";
  private static final Pattern FORM =
      Pattern.compile(
          PREFIX + "(?://" + HOST + "(?:," + HOST + ")*(?:/[^?@&]*)?|[^/?@&]*|/)(?:\\?(.*))?",
          Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("[A-Za-z]\\w*");
  private static final Pattern SECRET =
      Pattern.compile("pass|secret|token", Pattern.CASE_INSENSITIVE);

  /** Reads one; what it says of a bad one has nothing that could be secret. */
  static PostgresUrl parse(String url) {
    if (!url.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "url must begin with " + SqliteFile.URL + " or " + PREFIX + ", and does not");
    }
    Matcher form = FORM.matcher(url);
    if (!form.matches() || url.indexOf(';') >= 0) { // other databases have their options after it
      throw new IllegalArgumentException(
          "url must be like "
              + PREFIX
              + "//host:5432/database?user=NAME&currentSchema=NAME, with no user or password before the host, and no ;"
              + " in it, and is not; the password is a property");
    }
    String options = form.group(1);
    if (options == null) {
      return new PostgresUrl(url, Map.of());
    }
    List<String> open = new ArrayList<>();
    Map<String, String> secrets = new TreeMap<>();
    for (String option : options.split("&", -1)) {
      if (option.isEmpty()) {
        continue;
      }
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "url must have options like ?user=NAME&currentSchema=NAME, but one of them has another form");
      }
      if (SECRET.matcher(name).find()) {
        secrets.put(name, decoded(equals < 0 ? "" : option.substring(equals + 1)));
      } else {
        open.add(option);
      }
    }
    String start = url.substring(0, form.start(1) - 1);
    return new PostgresUrl(
        open.isEmpty() ? start : start + "?" + String.join("&", open), Map.copyOf(secrets));
  }

  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "url must have a password in which each % is written as %25");
    }
  }
}
