package io.millrace.bench.peer;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Reactor: each call subscribed to on a virtual thread of its own. */
final class ReactorPeer implements Contender {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Scheduler scheduler = Schedulers.fromExecutorService(threads);

  @Override
  public String name() {
    return "reactor";
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    Flux<Integer> items = Flux.fromIterable(job.items());
    int concurrency = job.concurrency();
    switch (job.delivery()) {
      case COLLECTED -> {
        List<Integer> results =
            items.flatMapSequential(item -> call(job, item), concurrency).collectList().block();
        if (results != null) {
          results.forEach(sink);
        }
      }
      case ORDERED ->
          items.flatMapSequential(item -> call(job, item), concurrency).doOnNext(sink).blockLast();
      case COMPLETION ->
          items.flatMap(item -> call(job, item), concurrency).doOnNext(sink).blockLast();
    }
  }

  private Mono<Integer> call(Job job, Integer item) {
    Mono<Integer> call = Mono.fromCallable(job.task().on(item)).subscribeOn(scheduler);
    return job.deadline() ? call.timeout(Job.DEADLINE) : call;
  }

  @Override
  public void close() {
    scheduler.dispose();
    threads.close();
  }
}
