package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Makes an executor for each test, and ends it. */
@NoLeaks
@Timeout(60)
abstract class ExecutorFixture implements Conformance {
  private final int threads;
  /* Of the test's thread only. */
  private final List<ExecutorService> executors = new ArrayList<>();

  ExecutorFixture(int threads) {
    this.threads = threads;
  }

  /** Makes an executor that runs so many tasks at once, and the others in the order they came. */
  abstract ExecutorService create(int threads);

  @Override
  public final int threads() {
    return threads;
  }

  @Override
  public final ExecutorService executor() {
    return executors.getFirst();
  }

  @Override
  public final ExecutorService another() {
    executors.add(create(threads));
    return executors.getLast();
  }

  @BeforeEach
  void open() {
    another();
  }

  @AfterEach
  void end() throws InterruptedException {
    boolean interrupted = Thread.interrupted();
    executors.forEach(ExecutorService::shutdownNow);
    for (ExecutorService executor : executors) {
      assertTrue(executor.awaitTermination(15, TimeUnit.SECONDS), "the test left tasks behind");
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
