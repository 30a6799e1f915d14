package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.cli.text.ContentText;
import io.millrace.cli.text.JsonText;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.Utf8Writer;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Says what a run would send, and sends nothing: a line of JSON for each line of the input. Headers are named without
 * their values, which may be secret.
 *
 * @param plan what all that would take
 */
record DryRun(InputSource input, Output output, Plan plan) {

  /** Goes through all lines. */
  Plan go() throws IOException {
    try {
      while (input.hasNext()) {
        write(input.next());
        input.done();
        if (output.isFull()) {
          output.flush();
        }
      }
      output.flush();
      return plan;
    } finally {
      var _ = input.stop();
    }
  }

  private void write(InputLine line) throws IOException {
    try (Writer writer = new Utf8Writer(output.lines())) {
      JsonText json = new JsonText(writer);
      json.write("{\"id\":");
      json.json(line.label().id());
      switch (line) {
        case Malformed bad -> {
          plan.addMalformed();
          json.write(",\"line\":" + bad.label().number());
          bad.label().url().ifPresent(url -> text(json, "url", url));
          text(json, "error", "line " + bad.label().number() + ": " + bad.problem());
        }
        case Call call -> call(call, json);
        case WorkerLine onCluster -> call(onCluster.call(), json);
      }
      json.write("}\n");
    }
  }

  private void call(Call call, JsonText json) {
    Request request = call.request();
    text(json, "method", request.method());
    text(json, "url", request.url().toString());
    List<String> names = request.headers().stream().map(Header::name).toList();
    json.write(",\"headers\":[");
    for (int index = 0; index < names.size(); index++) {
      json.write(index == 0 ? "" : ",");
      json.quoted(names.get(index));
    }
    json.write("]");
    Optional<String> problem = body(request, json);
    if (plan.counts()) {
      json.write(",\"cost\":" + call.label().cost());
    }
    if (problem.isPresent()) {
      text(json, "error", problem.get());
      plan.addMalformed();
    } else {
      plan.add(call);
    }
  }

  /** Writes the body, and says what is wrong with it. */
  private static Optional<String> body(Request request, JsonText json) {
    switch (request.body().orElse(null)) {
      case null -> {}
      case Body.Bytes(var bytes, _) -> {
        ContentText content = ContentText.of(ByteBuffer.wrap(bytes), Optional.empty());
        text(json, "body", content.text());
        json.write(",\"bytes\":" + bytes.length);
      }
      case Body.InFile(var file) -> {
        text(json, "bodyFile", file.path().toString());
        try {
          json.write(",\"bytes\":" + file.find().length());
        } catch (BodyFile.UnusableException unusable) {
          return Optional.of(String.valueOf(unusable.getMessage()));
        }
      }
    }
    return Optional.empty();
  }

  private static void text(JsonText json, String name, String value) {
    json.write(",\"" + name + "\":");
    json.quoted(value);
  }
}
