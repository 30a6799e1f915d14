package io.millrace.cli.http;

import java.nio.ByteBuffer;

/** What came as the body of a reply. */
sealed interface Content {

  /** All of it; nobody changes the bytes. */
  record Whole(ByteBuffer bytes) implements Content {}

  /** More than is kept. */
  record TooLarge(long limit) implements Content {}

  /** Not wanted. */
  record Dropped() implements Content {}
}
