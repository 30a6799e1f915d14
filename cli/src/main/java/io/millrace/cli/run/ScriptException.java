package io.millrace.cli.run;

/** A script in which a line might be read as code, or cannot be kept in one word. */
final class ScriptException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ScriptException(String problem) {
    super("--shell: " + problem, null, false, false);
  }
}
