package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputLine.Label;
import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.TextFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes an item of a line: of a URL, or of a JSON object. Whatever a line holds, only that line can fail for it.
 *
 * @param form what lines get that do not say it themselves
 * @param identity how a checkpoint or a folder of answers knows a line again; empty if there is neither
 * @param costs what lines cost; empty if nobody counts it
 * @param keys of lines that have none; empty if they are to have none
 */
record LineParser(
    RequestForm form,
    Optional<LineIdentity> identity,
    Optional<IdempotencyKeys> keys,
    Optional<CostEstimate> costs) {
  /** The item; null if the line is blank or a comment. */
  @Nullable InputLine parse(long number, ByteBuffer bytes, LineHistory history) {
    Reading reading = new Reading(number, history);
    try {
      String text = decode(bytes).strip();
      return text.isEmpty() || text.startsWith("#") ? null : reading.read(text);
    } catch (MalformedInputException error) {
      return new Malformed(reading.label, history, error.problem());
    } catch (RuntimeException unforeseen) {
      return new Malformed(
          reading.label,
          history,
          "it cannot be read (" + unforeseen.getClass().getSimpleName() + ")");
    }
  }

  private static String decode(ByteBuffer bytes) throws MalformedInputException {
    try {
      // in front of a later line as well: where files were joined, or in --failed
      return TextFile.withoutMark(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException error) {
      throw new MalformedInputException("not UTF-8");
    }
  }

  /** What is known of a line so far, for the case that the rest of it is malformed. */
  private final class Reading {
    private final LineHistory history;
    private Label label;

    Reading(long number, LineHistory history) {
      this.history = history;
      this.label = Label.of(number);
    }

    InputLine read(String text) throws MalformedInputException {
      if (!text.startsWith("{")) {
        Url url = url(text);
        return call(null, Optional.empty(), new JsonLine(Map.of()).request(url, form));
      }
      JsonLine line = JsonLine.parse(text);
      label = label.withFields(line.others());
      Optional<String> id = line.id();
      label = label.withId(id.orElse(label.id()));
      Request request = line.request(url(line.url()), form);
      if (line.hasQuery()) {
        label = label.withUrl(request.url().toString());
      }
      return call(line, id, request);
    }

    private Url url(String text) throws MalformedInputException {
      Url url = Url.parse(text);
      label = label.withUrl(Url.withoutUser(text));
      return url;
    }

    private InputLine call(@Nullable JsonLine line, Optional<String> id, Request request)
        throws MalformedInputException {
      if (identity.isPresent()) {
        JsonObject object = line == null ? null : new JsonObject(line.fields());
        label = label.withKey(identity.get().key(object, id, request));
      }
      if (costs.isPresent()) {
        Map<String, JsonObject.Field> fields = line == null ? Map.of() : line.fields();
        label = label.withCost(costs.get().of(fields, request));
      }
      Request keyed =
          keys.isPresent() ? keys.get().in(request, label, history.sequence()) : request;
      return new Call(label, history, keyed);
    }
  }
}
