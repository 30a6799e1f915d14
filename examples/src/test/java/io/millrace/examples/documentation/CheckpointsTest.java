package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.checkpoint.json.JsonCodec;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Outcome;
import io.millrace.plan.HttpStatusException;
import io.millrace.testkit.MemoryStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/checkpoints.md} shows. */
class CheckpointsTest {
  private final AtomicInteger calls = new AtomicInteger();
  private final List<Outcome<Article, String>> saved = new ArrayList<>();

  record Article(String id, String text) {}

  private String summary(Article article) {
    calls.incrementAndGet();
    return article.text().substring(0, 3);
  }

  private void save(Outcome<Article, String> outcome) {
    saved.add(outcome);
  }

  @Test
  void survives(@TempDir Path directory) {
    Path file = directory.resolve("summaries.db");
    summarize(file, List.of(new Article("a", "alpha"), new Article("b", "beta")));
    saved.clear();
    summarize(
        file,
        List.of(new Article("c", "gamma"), new Article("b", "better"), new Article("a", "alpha")));
    assertEquals(4, calls.get(), "calls: two, then the new one and the changed one");
    assertEquals(3, saved.size(), "outcomes of the second run");
    assertEquals(1, saved.stream().filter(Outcome::restored).count());
  }

  private void summarize(Path file, List<Article> articles) {
    // @start region="checkpoint"
    var checkpoint =
        Checkpoint.of(JdbcStore.file(file), CheckpointName.of("summaries", "v3"), Codec.text())
            .key(Article::id)
            .fingerprint(Article::text);

    try (var outcomes = Parallel.of(20).checkpoint(checkpoint).stream(articles, this::summary)) {
      outcomes.forEach(this::save);
    }
    // @end
  }

  @Test
  void finalFailures() {
    var checkpoint =
        Checkpoint.of(new MemoryStore(), CheckpointName.of("pages", "1"), Codec.text());
    // @start region="final"
    var lasting =
        checkpoint.finalFailures(
            error -> error instanceof HttpStatusException refused && refused.statusCode() == 404);
    // @end
    assertEquals(false, lasting.finalFailures().test(new IllegalStateException()));
    Parallel.of(20).checkpoint(checkpoint).map(List.of("a"), String::strip);
  }

  @Test
  void tasks(@TempDir Path directory) throws Exception {
    var file = directory.resolve("tasks.checkpoint");
    var article = new Article("a", "alpha");
    List<String> printed = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      // @start region="tasks"
      var ofTasks =
          Checkpoint.of(JdbcStore.file(file), CheckpointName.of("tasks", "v3"), Codec.text());
      try (var executor = ParallelExecutor.of(Parallel.of(20).checkpoint(ofTasks))) {
        var options = executor.options().key(article.id()).fingerprint(article.text());
        ExecutorFuture<String> summary = executor.submit(() -> summary(article), options);
        printed.add(summary.get());
      }
      // @end
    }
    assertEquals(List.of("alp", "alp"), printed);
    assertEquals(1, calls.get(), "calls");
  }

  @Test
  void inMemory() {
    // @start region="memory"
    var store = new MemoryStore();
    var checkpoint =
        Checkpoint.of(store, CheckpointName.of("squares", "1"), JsonCodec.of(Integer.class));
    var parallel = Parallel.of(1).window(1).checkpoint(checkpoint);
    store.onCommit(
        ids -> {
          if (store.commits().size() == 2) {
            throw new CheckpointException("the disk is full");
          }
        });
    assertThrows(CheckpointException.class, () -> parallel.map(List.of(1, 2, 3), n -> n * n));

    store.onCommit(ids -> {});
    var again = parallel.map(List.of(1, 2, 3), n -> n * n);

    assertEquals(List.of(1, 4, 9), again.values());
    assertEquals(2, again.outcomes().stream().filter(Outcome::restored).count());
    // @end
  }
}
