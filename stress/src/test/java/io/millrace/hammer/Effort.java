package io.millrace.hammer;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** What a call of the action does. */
enum Effort {
  NONE {
    @Override
    void spend() {}
  },
  RARELY_WAIT {
    @Override
    void spend() throws InterruptedException {
      if (ThreadLocalRandom.current().nextInt(50) == 0) {
        await(3_000_000);
      }
    }
  },
  WAIT {
    @Override
    void spend() throws InterruptedException {
      await(500_000);
    }
  },
  COMPUTE {
    @Override
    void spend() {
      spin(20_000);
    }
  },
  RARELY_STUBBORN {
    @Override
    void spend() {
      if (ThreadLocalRandom.current().nextInt(50) == 0) {
        spin(20_000_000);
      }
    }
  };

  abstract void spend() throws InterruptedException;

  private static void await(int mostNanos) throws InterruptedException {
    TimeSource.system().sleep(Duration.ofNanos(ThreadLocalRandom.current().nextInt(mostNanos)));
  }

  private static void spin(int mostNanos) {
    long end = System.nanoTime() + ThreadLocalRandom.current().nextInt(mostNanos);
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }
}
