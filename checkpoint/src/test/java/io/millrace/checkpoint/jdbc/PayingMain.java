package io.millrace.checkpoint.jdbc;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.Codec;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Calls a {@link Counter} for each item of a checkpointed run, and reports to it what the run delivers. */
final class PayingMain {
  static final int CONCURRENCY = 8;
  static final int WINDOW = 16;

  private PayingMain() {}

  /** Arguments: the store, the counter's address, how many items. */
  public static void main(String[] args) throws Exception {
    run(args[0], args[1], Integer.parseInt(args[2]));
    System.out.println("done");
  }

  static void run(String place, String counter, int items) throws Exception {
    JdbcStore store =
        place.startsWith("jdbc:") ? JdbcStore.url(place) : JdbcStore.file(Path.of(place));
    Checkpoint checkpoint =
        Checkpoint.of(store, Samples.NAME, Codec.text()).key((Integer item) -> "item " + item);
    List<Integer> numbers = IntStream.range(0, items).boxed().toList();
    try (Run<Integer, String> run =
        Parallel.of(CONCURRENCY)
            .window(WINDOW)
            .checkpoint(checkpoint)
            .start(numbers, item -> send(counter + "/call/" + item, ""))) {
      for (Outcome<Integer, String> outcome : run) {
        if (outcome instanceof Success<Integer, String> success) {
          send(counter + "/deliver/" + success.item(), success.value());
        }
      }
    }
  }

  private static String send(String address, String body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(address).toURL().openConnection();
    connection.setDoOutput(true);
    connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    try (var answer = connection.getInputStream()) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
