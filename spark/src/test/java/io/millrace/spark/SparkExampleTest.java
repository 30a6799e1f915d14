package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.plan.Http;
import io.millrace.plan.Retry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the documentation, against a server that answers some paths with an error. */
class SparkExampleTest {
  private static final AtomicInteger CALLS = new AtomicInteger();

  @TempDir Path directory;

  @Test
  @DisplayName("K1 the example: a service is called for each row, and the outcomes are written")
  void callsAServiceForEachRow() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    HttpServer server = server(calls);
    try {
      String host = "http://127.0.0.1:" + server.getAddress().getPort();
      Path list = directory.resolve("urls.txt");
      Files.write(list, IntStream.range(0, 100).mapToObj(n -> host + "/" + n).toList());
      String input = list.toString();
      String output = directory.resolve("pages").toString();
      SparkSession spark = LocalSpark.session();

      // @start region="first"
      SparkParallel calling = SparkParallel.of(() -> Parallel.of(64).retry(Retry.http()));
      Dataset<String> urls = spark.read().textFile(input);

      calling
          .map(
              urls,
              HttpClient::newHttpClient, // once on each worker
              (client, url) -> {
                var request = HttpRequest.newBuilder(URI.create(url)).build();
                return Http.sending(client, BodyHandlers.ofString()).apply(request).body();
              },
              Encoders.STRING())
          .write()
          .parquet(output);
      // @end

      Dataset<Row> written = spark.read().parquet(output);
      assertEquals(100, written.count());
      assertEquals(10, written.filter("status = 'FAILURE'").count());
      assertEquals(
          10, written.filter("errorType like '%HttpStatusException' and value is null").count());
      assertEquals(1, written.filter("value = 'page /42' and item like '%/42'").count());
      assertEquals(100, calls.get(), "a status 404 is not called again");
    } finally {
      server.stop(0);
    }
  }

  @Test
  @DisplayName("K2 the example: the driver is handed each partition once")
  void handsPartitionsToTheDriver() throws Exception {
    SparkSession spark = LocalSpark.session();
    Dataset<Long> ids = spark.range(0, 1000, 1, 8).as(Encoders.LONG());
    Map<Long, Long> kept = new TreeMap<>();
    List<Long> failed = new java.util.ArrayList<>();
    SparkParallel calling = SparkParallel.of(() -> Parallel.of(16));

    // @start region="run"
    Dataset<SparkOutcome<Long, Long>> outcomes =
        calling.map(ids, id -> 1000 / (id % 10), Encoders.LONG());

    SparkParallel.run(
        outcomes,
        (partition, rows) -> {
          for (SparkOutcome<Long, Long> row : rows) {
            if (row.isSuccess()) {
              kept.put(row.item(), row.value());
            } else {
              failed.add(row.item());
            }
          }
        });
    // @end

    assertEquals(900, kept.size());
    assertEquals(100, failed.size());
    assertEquals(500, kept.get(42L));
  }

  @Test
  @DisplayName("K13 the example: a checkpoint that all workers share")
  void sharesACheckpoint() {
    // @start region="storing"
    SparkParallel storing =
        SparkParallel.of(
            () ->
                Parallel.of(64)
                    .window(128)
                    .checkpoint(
                        Checkpoint.of(
                                JdbcStore.url(
                                        "jdbc:postgresql://db.example/jobs?currentSchema=pages")
                                    .property("password", passwordOfThisMachine())
                                    .shared(),
                                CheckpointName.of("pages", "v1"),
                                Codec.text())
                            .key((String url) -> url)));
    // @end
    assertTrue(storing.toString().contains("pages"), storing.toString());
  }

  private static String passwordOfThisMachine() {
    return System.getenv().getOrDefault("DB_PASSWORD", "");
  }

  @Test
  @DisplayName("K1 the example: a stream of rows, which goes on where it was")
  void readsAStream() throws Exception {
    SparkSession spark = LocalSpark.session();
    Path input = Files.createDirectory(directory.resolve("input"));
    String folder = input.toString();
    String state = directory.resolve("state").toString();
    String lengths = directory.resolve("lengths").toString();
    CALLS.set(0);
    SparkParallel calling =
        SparkParallel.of(() -> Parallel.of(16).onAttempt(_ -> CALLS.incrementAndGet()));
    for (int file = 0; file < 2; file++) {
      Files.writeString(input.resolve(file + ".txt"), "one\nthree\n");
      // @start region="stream"
      calling
          .map(spark.readStream().textFile(folder), String::length, Encoders.INT())
          .writeStream()
          .format("parquet")
          .option("checkpointLocation", state)
          .option("path", lengths)
          .trigger(Trigger.AvailableNow()) // what is there now, and then it ends
          .start()
          .awaitTermination();
      // @end
      assertEquals(2 * (file + 1), CALLS.get(), "calls");
    }
    Dataset<Row> written = spark.read().parquet(lengths);
    assertEquals(4, written.count());
    assertEquals(2, written.filter("item = 'three' and value = 5").count());
  }

  private static HttpServer server(AtomicInteger calls) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          calls.incrementAndGet();
          String path = exchange.getRequestURI().getPath();
          byte[] body = ("page " + path).getBytes();
          exchange.sendResponseHeaders(path.endsWith("7") ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }
}
