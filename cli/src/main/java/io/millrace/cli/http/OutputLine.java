package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.cli.text.ContentText;
import io.millrace.cli.text.JsonText;
import io.millrace.cli.text.Utf8Writer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes what came of a line as a line of JSON.
 *
 * @param included names of headers of the answer to write, in lower case; {@code *} is all
 * @param folder where bodies are saved
 * @param selects whether one value is kept of them
 */
record OutputLine(Set<String> included, Optional<SaveFolder> folder, boolean selects) {
  /** What the command says of an answer; a field of the line with such a name is not passed on. */
  private static final Set<String> OWN =
      Set.of(
          "id",
          "line",
          "url",
          "status",
          "redirects",
          "attempts",
          "millis",
          "error",
          "headers",
          "body",
          "bodyEncoding",
          "contentEncoding",
          "method");

  /** Adds the line, its end included, to what is written; nothing for a line that was not started. */
  void write(LineResult result, ByteArrayOutputStream out) {
    if (result.state() == LineResult.State.NOT_STARTED) {
      return;
    }
    try (Writer writer = new Utf8Writer(out)) {
      new Fields(new JsonText(writer)).write(result);
    } catch (IOException never) {
      throw new UncheckedIOException(never); // it is written into memory
    }
  }

  private final class Fields {
    private final JsonText json;

    Fields(JsonText json) {
      this.json = json;
    }

    void write(LineResult result) {
      InputLine line = result.line();
      LineHistory history = line.history();
      json.write("{\"id\":");
      json.json(line.label().id());
      if (line instanceof Malformed) {
        number("line", line.label().number());
      }
      url(line).ifPresent(url -> text("url", url));
      result.reply().ifPresent(reply -> number("status", reply.statusCode()));
      if (history.redirects() > 0) {
        number("redirects", history.redirects());
      }
      number("attempts", history.attempts());
      number("millis", history.tookMillis());
      result.error().ifPresent(error -> text("error", error));
      line.label().fields().forEach(this::passOn);
      result.reply().ifPresent(this::headers);
      result.reply().ifPresent(this::content);
      json.write("}\n");
    }

    private Optional<String> url(InputLine line) {
      return line instanceof Call call && call.history().redirects() > 0
          ? Optional.of(call.request().url().toString())
          : line.label().url();
    }

    private void passOn(String name, String value) {
      boolean isOwn =
          OWN.contains(name)
              || (selects && name.equals("value"))
              || (folder.isPresent() && (name.equals("file") || name.equals("bytes")));
      if (!isOwn) {
        name(name);
        json.json(value);
      }
    }

    private void headers(Reply reply) {
      if (included.isEmpty()) {
        return;
      }
      name("headers");
      String separator = "{";
      for (Map.Entry<String, List<String>> header : wanted(reply).entrySet()) {
        json.write(separator);
        json.quoted(header.getKey());
        json.write(":");
        values(header.getValue());
        separator = ",";
      }
      json.write(separator.equals("{") ? "{}" : "}");
    }

    private void values(List<String> values) {
      if (values.size() == 1) {
        json.quoted(decoded(values.getFirst()));
        return;
      }
      String separator = "[";
      for (String value : values) {
        json.write(separator);
        json.quoted(decoded(value));
        separator = ",";
      }
      json.write("]");
    }

    private void content(Reply reply) {
      switch (reply.content()) {
        case Content.Whole(ByteBuffer bytes, var coding) -> {
          coding.ifPresent(name -> text("contentEncoding", name));
          body(
              coding.isPresent()
                  ? ContentText.base64(bytes)
                  : ContentText.of(bytes, reply.header("content-type")));
        }
        case Content.Selected(String value) -> {
          name("value");
          json.json(value);
        }
        case Content.Saved(String name, long bytes, var coding) -> {
          coding.ifPresent(left -> text("contentEncoding", left));
          text("file", folder.map(saved -> saved.path(name)).orElse(name));
          number("bytes", bytes);
        }
        case Content.TooLarge _, Content.Undecodable _, Content.Dropped _ -> {
          // nothing is kept
        }
      }
    }

    private void body(ContentText body) {
      text("body", body.text());
      if (body.isBase64()) {
        text("bodyEncoding", "base64");
      }
    }

    private void name(String name) {
      json.write(",");
      json.quoted(name);
      json.write(":");
    }

    private void text(String name, String value) {
      name(name);
      json.quoted(value);
    }

    private void number(String name, long value) {
      name(name);
      json.write(Long.toString(value));
    }
  }

  private Map<String, List<String>> wanted(Reply reply) {
    Map<String, List<String>> wanted = new LinkedHashMap<>();
    for (Header header : reply.headers()) {
      String name = header.name().toLowerCase(Locale.ROOT);
      if (included.contains(name) || included.contains("*")) {
        wanted.computeIfAbsent(name, reply::headers);
      }
    }
    return wanted;
  }

  /** A header's bytes, which are meant to be ASCII: as UTF-8 if they are that, or else as Latin-1. */
  private static String decoded(String bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException latin) {
      return bytes;
    }
  }
}
