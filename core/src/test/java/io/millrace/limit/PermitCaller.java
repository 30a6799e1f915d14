package io.millrace.limit;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import java.util.ArrayList;
import java.util.List;

/** Queues up at a semaphore without a thread, and notes who was served, by name. */
final class PermitCaller {
  private final WeightedSemaphore semaphore;
  private final List<String> served = new ArrayList<>();
  private final List<String> declined = new ArrayList<>();

  PermitCaller(WeightedSemaphore semaphore) {
    this.semaphore = semaphore;
  }

  Waiting ask(String name, int permits) {
    return ask(name, permits, true);
  }

  Waiting ask(String name, int permits, boolean claims) {
    return semaphore
        .queue()
        .enqueue(
            permits,
            new Waiter() {
              @Override
              public Answer claim() {
                return claims ? Answer.TAKE : Answer.LEAVE;
              }

              @Override
              public void granted() {
                served.add(name);
              }

              @Override
              public void declined() {
                PermitCaller.this.declined.add(name);
              }
            });
  }

  List<String> served() {
    return served;
  }

  List<String> declined() {
    return declined;
  }
}
