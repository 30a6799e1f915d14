package io.millrace.engine.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.engine.claim.Ticket;
import io.millrace.testkit.NoLeaks;
import io.millrace.time.TimeSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
class TicketBatchesTest {
  @Test
  @DisplayName("I8 what comes while a batch is worked on is the next batch, of 1,000 at most")
  void gathers() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    TicketBatches batches =
        new TicketBatches(
            TimeSource.system(),
            tickets -> {
              sizes.add(tickets.size());
              begun.countDown();
              await(goOn);
            },
            broken -> {});
    batches.start();
    batches.add(new Ticket(0, null));
    begun.await();
    for (int i = 1; i <= 1_300; i++) {
      batches.add(new Ticket(i, null));
    }
    batches.end(ended::countDown);
    goOn.countDown();
    ended.await();
    assertEquals(List.of(1, 1_000, 300), sizes, "sizes of batches");
  }

  @Test
  @DisplayName("I6 without a thread, the end is the caller's")
  void endsWithoutAThread() {
    List<String> done = new CopyOnWriteArrayList<>();
    new TicketBatches(TimeSource.system(), tickets -> {}, broken -> {}).end(() -> done.add("end"));
    assertEquals(List.of("end"), done);
  }

  @Test
  @DisplayName("I6 a run that ends while its threads are started has no thread that waits for ever")
  void endsBeforeItsStart() {
    List<String> done = new CopyOnWriteArrayList<>();
    TicketBatches batches = new TicketBatches(TimeSource.system(), tickets -> {}, broken -> {});
    batches.end(() -> done.add("end"));
    batches.start();
    assertEquals(List.of("end"), done);
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("millrace-worker")));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
