package io.millrace.cli.run;

import io.millrace.cli.process.ProgramEnd;
import io.millrace.cli.text.ContentText;
import io.millrace.cli.text.JsonText;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.Utf8Writer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes a line of JSON for each item.
 *
 * @param folder where outputs are; empty writes them into the line
 */
record JsonRecords(Output output, Optional<OutputFolder> folder) implements ResultWriter {
  @Override
  public void write(ItemResult result) throws IOException {
    try (Writer writer = new Utf8Writer(output.lines())) {
      new Fields(new JsonText(writer), folder).write(result);
    }
    if (output.isFull()) {
      output.flush();
    }
  }

  private static final int LONGEST_CHARACTER = 4;

  private record Fields(JsonText json, Optional<OutputFolder> folder) {
    void write(ItemResult result) throws IOException {
      json.write("{\"id\":" + result.item().number());
      bytes("item", result.item().text());
      if (result.attempt().isPresent()) {
        Attempt attempt = result.attempt().get();
        attempt.ending().ifPresent(this::ending);
        number("attempts", result.attempts());
        text("start", attempt.start().truncatedTo(ChronoUnit.MILLIS).toString());
        number("millis", attempt.tookMillis());
      }
      if (result.error().isPresent()) {
        text("error", result.error().get());
      }
      if (result.attempt().isPresent()) {
        if (folder.isPresent() && result.attempt().get().ending().isPresent()) {
          text("stdoutFile", folder.get().files(result.item()).out().toString());
        } else if (folder.isEmpty()) {
          stream("stdout", result.attempt().get().out());
          stream("stderr", result.attempt().get().err());
        }
      }
      json.write("}\n");
    }

    private void ending(ProgramEnd ending) {
      switch (ending) {
        case ProgramEnd.Exited(int code) -> number("exitCode", code);
        case ProgramEnd.NotStarted(int code, _) -> number("exitCode", code);
        case ProgramEnd.Killed(int signal) -> text("signal", SignalName.of(signal));
        case ProgramEnd.TimedOut() -> {
          // the error says it
        }
      }
    }

    private void stream(String name, Captured captured) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream((int) captured.kept());
      captured.copyTo((bytes, count) -> all.write(bytes, 0, count));
      boolean isCut = captured.total() > captured.kept();
      bytes(name, isCut ? wholeCharacters(all.toByteArray()) : all.toByteArray());
      if (isCut) {
        number(name + "Bytes", captured.total());
      }
    }

    /* Without the first bytes of a character of UTF-8 that was cut. */
    private static byte[] wholeCharacters(byte[] bytes) {
      int start = bytes.length - 1;
      while (start > 0
          && bytes.length - start < LONGEST_CHARACTER
          && (bytes[start] & 0xc0) == 0x80) {
        start--;
      }
      int size = bytes.length == 0 ? 1 : Integer.numberOfLeadingZeros(~bytes[start] << 24);
      return size > bytes.length - start ? Arrays.copyOf(bytes, start) : bytes;
    }

    private void bytes(String name, byte[] bytes) {
      ContentText content = ContentText.of(ByteBuffer.wrap(bytes), Optional.empty());
      text(name, content.text());
      if (content.isBase64()) {
        text(name + "Encoding", "base64");
      }
    }

    private void text(String name, String value) {
      json.write(",\"" + name + "\":");
      json.quoted(value);
    }

    private void number(String name, long value) {
      json.write(",\"" + name + "\":" + value);
    }
  }
}
