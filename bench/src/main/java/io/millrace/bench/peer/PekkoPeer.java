package io.millrace.bench.peer;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** Pekko Streams: each call a future that a virtual thread of its own completes. */
final class PekkoPeer implements Contender {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ActorSystem system =
      ActorSystem.create(
          "bench",
          ConfigFactory.parseString("pekko.loglevel=OFF").withFallback(ConfigFactory.load()));

  @Override
  public String name() {
    return "pekko";
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    Source<Integer, NotUsed> items = Source.from(job.items());
    Function<Integer, Integer> task = job.task().unchecked();
    int concurrency = job.concurrency();
    switch (job.delivery()) {
      case COLLECTED -> {
        CompletionStage<List<Integer>> results =
            items.mapAsync(concurrency, item -> call(task, item)).runWith(Sink.seq(), system);
        results.toCompletableFuture().join().forEach(sink);
      }
      case ORDERED ->
          items
              .mapAsync(concurrency, item -> call(task, item))
              .runForeach(sink::accept, system)
              .toCompletableFuture()
              .join();
      case COMPLETION ->
          items
              .mapAsyncUnordered(concurrency, item -> call(task, item))
              .runForeach(sink::accept, system)
              .toCompletableFuture()
              .join();
    }
  }

  private CompletionStage<Integer> call(Function<Integer, Integer> task, Integer item) {
    return CompletableFuture.supplyAsync(() -> task.apply(item), threads);
  }

  @Override
  public void close() {
    system.terminate();
    threads.close();
  }
}
