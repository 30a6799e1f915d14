package io.millrace.engine.out;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class WakeupTest {
  @Test
  void aSignalIsNotLostIfTheQuestionParksForALock() {
    Wakeup wakeup = new Wakeup(TimeSource.system());
    List<Boolean> answers = new ArrayList<>();
    assertTimeoutPreemptively(
        ofSeconds(10),
        () ->
            wakeup.await(
                () -> {
                  boolean ready = !answers.isEmpty();
                  answers.add(ready);
                  wakeup.signal(); // it comes true after it was looked at, and before the lock is
                  // free
                  LockSupport.park(); // as a lock does
                  return ready;
                }));
    assertEquals(List.of(false, true), answers);
  }
}
