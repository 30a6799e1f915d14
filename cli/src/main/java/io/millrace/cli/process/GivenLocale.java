package io.millrace.cli.process;

/**
 * The locale that the user has set. If its encoding is not UTF-8, the launcher replaces it by one of UTF-8 for Java,
 * and hands on {@code LC_ALL}, if it was set, under another name.
 *
 * @param isReplaced whether the launcher did that
 */
record GivenLocale(boolean isReplaced) {
  private static final String VARIABLE = "LC_ALL";
  private static final String GIVEN = "MILLRACE_GIVEN_" + VARIABLE;

  static GivenLocale ofProcess() {
    return new GivenLocale(System.getProperty("millrace.locale", "given").equals("replaced"));
  }

  /** Whether a variable is for Java only. */
  boolean isOfLauncher(String name) {
    return isReplaced && name.equals(VARIABLE);
  }

  /** The name of a variable as it was given, which the name of each ends with. */
  String given(String name) {
    return isReplaced && name.equals(GIVEN) ? VARIABLE : name;
  }
}
