package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.CheckpointInfo;
import io.millrace.checkpoint.jdbc.Durability;
import io.millrace.checkpoint.jdbc.FailedItem;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.checkpoint.json.JsonCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;

/** What {@code docs/checkpoint-store.md} shows. */
class CheckpointStoreTest {
  @TempDir Path directory;

  record Answer(String text, double score) {}

  private Answer ask(String question) throws IOException {
    if (question.isEmpty()) {
      throw new IOException("empty question");
    }
    return new Answer("about " + question, 0.5);
  }

  @Test
  void files() {
    Path data = directory;
    List<String> questions = List.of("tea", "", "cocoa");
    List<Answer> answers = new ArrayList<>();
    List<String> printed = new ArrayList<>();

    // @start region="file"
    var store = JdbcStore.file(data.resolve("answers.checkpoint"));
    var checkpoint =
        Checkpoint.of(store, CheckpointName.of("answers", "model-7"), JsonCodec.of(Answer.class));

    var results = Parallel.of(8).checkpoint(checkpoint).map(questions, this::ask);
    // @end
    results.successes().forEach(success -> answers.add(success.value()));
    assertEquals(2, answers.size());

    // @start region="info"
    CheckpointInfo info = CheckpointInfo.read(data.resolve("answers.checkpoint"));
    long missing = questions.size() - info.succeeded();
    info.holder().ifPresent(holder -> printed.add("in use by " + holder));
    store.failures().map(FailedItem::failure).forEach(failure -> printed.add(failure.message()));
    // @end
    assertEquals(1, missing);
    assertEquals(List.of("empty question"), printed);
    var again = Parallel.of(8).checkpoint(checkpoint).map(questions, this::ask);
    assertTrue(again.successes().getFirst().restored());
  }

  @Test
  void choices() {
    // @start region="server"
    var shared =
        JdbcStore.url("jdbc:postgresql://db.internal/jobs?currentSchema=nightly")
            .property("user", "jobs")
            .property("password", System.getenv().getOrDefault("JOBS_PASSWORD", ""));
    // @end
    assertEquals(
        "JdbcStore[checkpoint jdbc:postgresql://db.internal/jobs?currentSchema=nightly]",
        shared.toString());
    var file = directory.resolve("x");
    // @start region="durability"
    var quick = JdbcStore.file(file).durability(Durability.PROCESS_CRASH);
    // @end
    assertTrue(quick.toString().contains("PROCESS_CRASH"));
    // @start region="codecs"
    Codec<String> text = Codec.text();
    Codec<byte[]> bytes = Codec.bytes();
    Codec<Answer> json = JsonCodec.of(Answer.class);
    Codec<Map<String, List<Answer>>> generic = JsonCodec.of(new TypeReference<>() {});
    // @end
    assertEquals(
        List.of("text", "bytes"), List.of(text.toString(), bytes.toString()), json + " " + generic);
  }
}
