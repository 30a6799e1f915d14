package io.millrace.bench.peer;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** RxJava: each call subscribed to on a virtual thread of its own, which cancelling interrupts. */
final class RxJavaPeer implements Contender {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Scheduler scheduler = Schedulers.from(threads, true);

  RxJavaPeer() {
    // Else it prints each interrupt that comes after a failure.
    RxJavaPlugins.setErrorHandler(_ -> {});
  }

  @Override
  public String name() {
    return "rxjava";
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    Flowable<Integer> items = Flowable.fromIterable(job.items());
    int concurrency = job.concurrency();
    switch (job.delivery()) {
      case COLLECTED -> ordered(items, job).toList().blockingGet().forEach(sink);
      case ORDERED -> ordered(items, job).doOnNext(sink::accept).ignoreElements().blockingAwait();
      case COMPLETION ->
          items
              .flatMapSingle(item -> call(job, item), false, concurrency)
              .doOnNext(sink::accept)
              .ignoreElements()
              .blockingAwait();
    }
  }

  private Flowable<Integer> ordered(Flowable<Integer> items, Job job) {
    return items.concatMapEager(item -> call(job, item).toFlowable(), job.concurrency(), 1);
  }

  private Single<Integer> call(Job job, Integer item) {
    Single<Integer> call = Single.fromCallable(job.task().on(item)).subscribeOn(scheduler);
    return job.deadline() ? call.timeout(Job.DEADLINE.toNanos(), TimeUnit.NANOSECONDS) : call;
  }

  @Override
  public void close() {
    scheduler.shutdown();
    threads.close();
  }
}
