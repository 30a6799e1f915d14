package io.millrace.cli.http;

import java.util.Optional;

/** What is sent in a request. */
sealed interface Body {
  /** The usual type of JSON. */
  String JSON = "application/json";

  /** The type of the fields of a form. */
  String FORM = "application/x-www-form-urlencoded";

  /**
   * It is in memory.
   *
   * @param bytes nobody changes them
   * @param type the Content-Type, where no header says another one; empty if none is sent
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Bytes(byte[] bytes, Optional<String> type) implements Body {}

  /** The content of a file, read for each attempt anew. */
  record InFile(BodyFile file) implements Body {}
}
