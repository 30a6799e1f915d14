package io.millrace.cli.http;

import io.millrace.checkpoint.spi.ItemId;
import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.cli.resume.KeyField;
import io.millrace.cli.text.Credentials;
import io.millrace.cli.text.Digest;
import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.JsonText;
import io.millrace.cli.text.MalformedInputException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint, and a folder of answers, recognize a line, and tell whether it is still the same. Headers that
 * may be secret have no part in either, nor does the user of a URL, even where an id or a field is a URL.
 *
 * @param field the one that was asked for; empty for the id, or else the request
 */
record LineIdentity(Optional<KeyField> field) {
  /* Space for the number of a redirect. */
  private static final int LONGEST = ItemId.LONGEST - 40;

  private static final Set<String> DECISIVE =
      Set.of(
          "accept",
          "accept-language",
          "content-type",
          "range",
          "if-match",
          "if-none-match",
          "prefer");

  /** By the id, or else the request. */
  static LineIdentity usual() {
    return new LineIdentity(Optional.empty());
  }

  /**
   * The key of a line that is a URL or an object.
   *
   * @param object null if it is a URL
   */
  String key(@Nullable JsonObject object, Optional<String> id, Request request)
      throws MalformedInputException {
    if (field.isEmpty()) {
      return bounded(id.isPresent() ? withoutUser(id.get()) : textOf(request));
    }
    if (object != null) {
      return bounded(withoutUser(field.get().of(object)));
    }
    if (!field.get().name().equals("url")) {
      throw field.get().missing();
    }
    return bounded(textOf(request));
  }

  /* Of JSON. What has none stays as it was written: so checkpoints know it. */
  private static String withoutUser(String json) throws MalformedInputException {
    if (!json.startsWith("\"")) {
      return json;
    }
    String text = JsonObject.elements("[" + json + "]").getFirst().text().orElseThrow();
    if (!Credentials.areIn(text)) {
      return json;
    }
    StringWriter quoted = new StringWriter();
    new JsonText(quoted).quoted(Credentials.withoutUser(text));
    return quoted.toString();
  }

  /** As {@link #key} has an id, for people. */
  static String shown(String id) {
    try {
      return withoutUser(id);
    } catch (MalformedInputException impossible) {
      throw new AssertionError(impossible); // it was read
    }
  }

  private static String bounded(String key) {
    return Digest.bounded(key, LONGEST);
  }

  private static String textOf(Request request) {
    String body =
        switch (request.body().orElse(null)) {
          case null -> "";
          case Body.Bytes(var bytes, _) -> " sha256:" + Digest.of(bytes);
          case Body.InFile(var file) -> " file:" + file.path();
        };
    return request.method() + " " + request.url() + body;
  }

  /** The key of an item: what follows a redirect is an item of its own. */
  static String keyOf(InputLine line) {
    String key =
        line.label().key().isEmpty() ? "line " + line.label().number() : line.label().key();
    int redirects = line.history().redirects();
    return redirects == 0 ? key : key + " redirect " + redirects;
  }

  /** What the answer of an item depends on. */
  static Object fingerprintOf(InputLine line) {
    return switch (line) {
      case Malformed _ -> "";
      case Call call -> traits(call.request());
      case WorkerLine onCluster -> fingerprintOf(onCluster.now());
    };
  }

  /** What the answer to a request depends on: strings, numbers and bytes. */
  static List<Object> traits(Request request) {
    List<Object> parts = new ArrayList<>();
    parts.add(request.method());
    parts.add(request.url().toString());
    switch (request.body().orElse(null)) {
      case null -> {}
      case Body.Bytes(var bytes, _) -> parts.add(bytes);
      case Body.InFile(var file) -> parts.addAll(file.traits());
    }
    for (Header header : request.own()) {
      if (isDecisive(header)) {
        parts.add(header.key());
        parts.add(header.value());
      }
    }
    return parts;
  }

  /** Whether it says what is wanted, and is no secret. */
  static boolean isDecisive(Header header) {
    return DECISIVE.contains(header.key());
  }
}
