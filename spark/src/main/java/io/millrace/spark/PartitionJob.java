package io.millrace.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.concurrent.ExecutionContext;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction0;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;
import scala.util.Failure;
import scala.util.Try;

/**
 * A job whose partitions come to the driver one by one. Spark's scheduler thread only queues them, so that a handler that is
 * slow, or uses Spark itself, keeps nothing up; the calling thread handles them.
 */
final class PartitionJob {
  private sealed interface News<O> {}

  private record Partition<O>(int number, List<O> rows) implements News<O> {}

  private record End<O>(@Nullable Throwable error) implements News<O> {}

  private PartitionJob() {}

  static <O> void run(RDD<O> rows, PartitionHandler<? super O> handler) throws Exception {
    BlockingQueue<News<O>> news = new LinkedBlockingQueue<>();
    List<Object> partitions = new ArrayList<>();
    IntStream.range(0, rows.getNumPartitions()).forEach(partitions::add);
    SimpleFutureAction<BoxedUnit> job =
        rows.sparkContext()
            .submitJob(
                rows,
                new Taking<O>(),
                CollectionConverters.asScala(partitions).toSeq(),
                new Queueing<>(news),
                new Nothing());
    job.onComplete(new Ending<>(news), ExecutionContext.fromExecutor(Runnable::run));
    boolean isOver = false;
    try {
      isOver = handle(news, handler);
    } finally {
      if (!isOver) {
        job.cancel();
      }
    }
  }

  /* True at the end; what the job or the handler throws comes out. */
  private static <O> boolean handle(
      BlockingQueue<News<O>> news, PartitionHandler<? super O> handler) throws Exception {
    for (; ; ) {
      switch (take(news)) {
        case Partition<O>(int number, List<O> rows) -> accept(handler, number, rows);
        case End<O>(Throwable error) -> {
          if (error != null) {
            throw JobFailures.explained(error);
          }
          return true;
        }
      }
    }
  }

  @SuppressWarnings("unchecked") // it only takes them
  private static <O> void accept(PartitionHandler<? super O> handler, int number, List<O> rows)
      throws Exception {
    ((PartitionHandler<O>) handler).accept(number, rows);
  }

  private static <O> News<O> take(BlockingQueue<News<O>> news) {
    try {
      return news.take();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted while waiting for the job, which was cancelled");
      cancelled.initCause(interrupted);
      throw cancelled;
    }
  }

  /** On a worker: all rows of a partition. */
  private static final class Taking<O> extends AbstractFunction1<Iterator<O>, List<O>>
      implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public List<O> apply(Iterator<O> rows) {
      List<O> all = new ArrayList<>();
      while (rows.hasNext()) {
        all.add(rows.next());
      }
      return all;
    }
  }

  private static final class Queueing<O> extends AbstractFunction2<Object, List<O>, BoxedUnit> {
    private final BlockingQueue<News<O>> news;

    Queueing(BlockingQueue<News<O>> news) {
      this.news = news;
    }

    @Override
    public BoxedUnit apply(Object number, List<O> rows) {
      news.add(new Partition<>((Integer) number, Collections.unmodifiableList(rows)));
      return BoxedUnit.UNIT;
    }
  }

  private static final class Nothing extends AbstractFunction0<BoxedUnit> {
    @Override
    public BoxedUnit apply() {
      return BoxedUnit.UNIT;
    }
  }

  private static final class Ending<O> extends AbstractFunction1<Try<BoxedUnit>, BoxedUnit> {
    private final BlockingQueue<News<O>> news;

    Ending(BlockingQueue<News<O>> news) {
      this.news = news;
    }

    @Override
    public BoxedUnit apply(Try<BoxedUnit> result) {
      news.add(new End<>(result instanceof Failure<BoxedUnit> failed ? failed.exception() : null));
      return BoxedUnit.UNIT;
    }
  }
}
