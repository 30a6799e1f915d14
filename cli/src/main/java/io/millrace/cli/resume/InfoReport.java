package io.millrace.cli.resume;

import io.millrace.base.Visible;
import io.millrace.checkpoint.jdbc.CheckpointInfo;
import io.millrace.checkpoint.jdbc.FailedItem;
import io.millrace.checkpoint.jdbc.Holder;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.cli.text.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Writes what {@code millrace info} says of a checkpoint, for people or as JSON. The text of an error may be a
 * server's, so nothing in it steers a terminal.
 *
 * @param keys shows keys as people have them
 */
record InfoReport(ByteArrayOutputStream out, boolean isJson, UnaryOperator<String> keys) {

  void write(CheckpointInfo info, String place, Instant now) {
    if (isJson) {
      write(json -> describe(json, info));
      return;
    }
    line("checkpoint", place);
    line("of", info.name().action() + ", version " + info.name().version());
    line("succeeded", number(info.succeeded()));
    line(
        "failed", number(info.failed()) + (info.failed() > 0 ? " (the next run tries again)" : ""));
    if (info.failedFinally() > 0) {
      line("failed for good", number(info.failedFinally()));
    }
    line("calls", number(info.spent().calls()));
    line("size", number(info.bytes()) + " bytes");
    line("made", time(info.created(), now));
    line("changed", time(info.changed(), now));
    line("in use", info.holder().map(Holder::toString).map(who -> "by " + who).orElse("no"));
  }

  private static void describe(JsonText json, CheckpointInfo info) {
    text(json, "{", "action", info.name().action());
    text(json, ",", "version", info.name().version());
    value(json, "succeeded", info.succeeded());
    value(json, "failed", info.failed());
    value(json, "failedFinally", info.failedFinally());
    value(json, "calls", info.spent().calls());
    value(json, "bytes", info.bytes());
    text(json, ",", "created", info.created().toString());
    text(json, ",", "changed", info.changed().toString());
    Optional<Holder> holder = info.holder();
    if (holder.isEmpty()) {
      json.write(",\"holder\":null");
    } else {
      json.write(",\"holder\":{\"pid\":" + holder.get().pid());
      text(json, ",", "host", holder.get().host());
      text(json, ",", "since", holder.get().since().toString());
      json.write("}");
    }
    json.write("}");
  }

  void write(FailedItem item) {
    StoredOutcome.Failed failure = item.failure();
    if (isJson) {
      write(
          json -> {
            text(json, "{", "key", key(item.id()));
            value(json, "attempts", item.attempts());
            text(json, ",", "error", failure.error());
            text(json, ",", "message", failure.message());
            json.write(",\"final\":" + failure.isFinal() + "}");
          });
      return;
    }
    String error = failure.message().isBlank() ? failure.error() : failure.message();
    String attempts = item.attempts() == 1 ? "1 attempt" : number(item.attempts()) + " attempts";
    plain(
        key(item.id())
            + ": "
            + error
            + " ("
            + attempts
            + (failure.isFinal() ? ", for good)" : ")"));
  }

  private String key(ItemId id) {
    return id.kind() == ItemId.Kind.STRING
        ? keys.apply(new String(id.bytes(), StandardCharsets.UTF_8))
        : id.toString();
  }

  private void line(String name, String text) {
    plain(String.format(Locale.ROOT, "%-16s%s", name, text));
  }

  private void plain(String text) {
    out.writeBytes((Visible.of(text) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String time(Instant time, Instant now) {
    Duration age = Duration.between(time, now);
    String ago =
        age.toDays() > 0
            ? age.toDays() + " d"
            : age.toHours() > 0
                ? age.toHours() + " h"
                : age.toMinutes() > 0 ? age.toMinutes() + " min" : age.toSeconds() + " s";
    return time + " (" + ago + " ago)";
  }

  /** Something that writes an object. */
  @FunctionalInterface
  private interface Describing {
    void to(JsonText json);
  }

  private void write(Describing object) {
    try (Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
      object.to(new JsonText(writer));
      writer.write("\n");
    } catch (IOException never) {
      throw new UncheckedIOException(never); // it is written into memory
    }
  }

  private static void text(JsonText json, String separator, String name, String value) {
    json.write(separator + "\"" + name + "\":");
    json.quoted(value);
  }

  private static void value(JsonText json, String name, long value) {
    json.write(",\"" + name + "\":" + value);
  }
}
