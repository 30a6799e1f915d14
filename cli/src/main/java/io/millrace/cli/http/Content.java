package io.millrace.cli.http;

import java.nio.ByteBuffer;
import java.util.Optional;

/** What came as the body of a reply. */
sealed interface Content {

  /**
   * All of it; nobody changes the bytes.
   *
   * @param coding in which the bytes still are, because nobody here can undo it
   */
  record Whole(ByteBuffer bytes, Optional<String> coding) implements Content {}

  /**
   * One value of it.
   *
   * @param json as it was written
   */
  record Selected(String json) implements Content {}

  /**
   * It is in a file.
   *
   * @param name of the file
   * @param bytes how many it has
   * @param coding in which they still are
   */
  record Saved(String name, long bytes, Optional<String> coding) implements Content {}

  /** More than is kept. */
  record TooLarge(long limit) implements Content {}

  /** Not in the coding that its headers say. */
  record Undecodable(String coding) implements Content {}

  /** Not wanted. */
  record Dropped() implements Content {}
}
