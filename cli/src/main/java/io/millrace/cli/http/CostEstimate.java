package io.millrace.cli.http;

import io.millrace.cli.resume.KeyField;
import io.millrace.cli.text.JsonObject.Field;
import io.millrace.cli.text.MalformedInputException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a line may cost, as far as that is known before.
 *
 * @param field that says it; empty if it is taken from the size of the body
 * @param most what one line may cost
 */
record CostEstimate(Optional<KeyField> field, double most) {
  private static final int BYTES_OF_A_TOKEN = 4;

  /** What this line costs. */
  long of(Map<String, Field> line, Request request) throws MalformedInputException {
    long cost = field.isPresent() ? said(field.get(), line) : bySize(request);
    if (cost > most) {
      throw new MalformedInputException(
          String.format(
              Locale.ROOT,
              "it costs %d tokens, more than the %.0f that --tokens allows at once",
              cost,
              most));
    }
    return cost;
  }

  private static long said(KeyField name, Map<String, Field> line) throws MalformedInputException {
    Field field =
        name.find(line)
            .orElseThrow(
                () ->
                    new MalformedInputException(
                        "it has no field '" + name.name() + "', which --cost asks for"));
    return number(field.json())
        .orElseThrow(
            () ->
                new MalformedInputException(
                    "field '"
                        + name.name()
                        + "' is what the line costs (--cost): it must be a whole number from 0"));
  }

  /** A whole number from 0, as JSON has it; empty if it is something else. */
  static Optional<Long> number(String json) {
    return json.matches("\\d{1,18}") ? Optional.of(Long.valueOf(json)) : Optional.empty();
  }

  private static long bySize(Request request) {
    long bytes =
        switch (request.body().orElse(null)) {
          case null -> 0;
          case Body.Bytes(var content, _) -> content.length;
          case Body.InFile(var file) -> sizeOf(file);
        };
    return Math.max(1, (bytes + BYTES_OF_A_TOKEN - 1) / BYTES_OF_A_TOKEN);
  }

  private static long sizeOf(BodyFile file) {
    try {
      return file.find().length();
    } catch (BodyFile.UnusableException unusable) {
      return 0; // the line fails when it is sent
    }
  }
}
