package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Writes an outcome as a line of JSON. */
final class OutputLine {
  private static final ObjectMapper MAPPER = JsonMapper.shared();
  private static final ObjectWriter WRITER = MAPPER.writer();

  private OutputLine() {}

  /** The line, its end included; empty for an item that was not started. */
  static Optional<byte[]> of(Outcome<InputLine, Reply> outcome) {
    if (outcome instanceof NotRun && outcome.attempts() == 0) {
      return Optional.empty();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = WRITER.createGenerator(bytes)) {
      write(outcome, json);
    }
    bytes.write('\n');
    return Optional.of(bytes.toByteArray());
  }

  private static void write(Outcome<InputLine, Reply> outcome, JsonGenerator json) {
    InputLine line = outcome.item();
    json.writeStartObject();
    json.writeName("id");
    json.writeTree(line.id());
    if (line instanceof Malformed) {
      json.writeNumberProperty("line", line.number());
    }
    line.url().ifPresent(url -> json.writeStringProperty("url", url));
    Optional<Reply> reply = reply(outcome);
    reply.ifPresent(some -> json.writeNumberProperty("status", some.statusCode()));
    json.writeNumberProperty("attempts", outcome.attempts());
    json.writeNumberProperty("millis", outcome.elapsed().toMillis());
    error(outcome).ifPresent(error -> json.writeStringProperty("error", error));
    reply.ifPresent(some -> writeContent(some, json));
    json.writeEndObject();
  }

  private static Optional<Reply> reply(Outcome<InputLine, Reply> outcome) {
    return switch (outcome) {
      case Success<InputLine, Reply> success -> Optional.of(success.value());
      case Failure<InputLine, Reply>(_, BadReplyException bad, _) -> Optional.of(bad.reply());
      case Failure<InputLine, Reply> _, NotRun<InputLine, Reply> _ -> Optional.empty();
    };
  }

  private static Optional<String> error(Outcome<InputLine, Reply> outcome) {
    return switch (outcome) {
      case Success<InputLine, Reply> _ -> Optional.empty();
      case Failure<InputLine, Reply> failure -> Optional.of(ErrorText.of(failure.error()));
      case NotRun<InputLine, Reply> notRun -> Optional.of(ErrorText.cutOff(notRun.reason()));
    };
  }

  private static void writeContent(Reply reply, JsonGenerator json) {
    if (reply.content() instanceof Content.Whole(ByteBuffer bytes)) {
      ContentText text = ContentText.of(bytes, reply.header("content-type"));
      json.writeStringProperty("body", text.text());
      if (text.isBase64()) {
        json.writeStringProperty("bodyEncoding", "base64");
      }
    }
  }
}
