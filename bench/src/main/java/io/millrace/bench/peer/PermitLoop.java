package io.millrace.bench.peer;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;

/**
 * A semaphore in a loop. Each has a loop of its own, so that none pays for the others' types.
 *
 * @param body makes a semaphore of so many permits, and what each thread does with it
 */
public record PermitLoop(String name, IntFunction<Body> body) {
  /** Takes and gives a permit so many times. */
  @FunctionalInterface
  public interface Body {
    void run(int times) throws InterruptedException;
  }

  public static PermitLoop millrace() {
    return Editions.now().permits(Contenders.MILLRACE);
  }

  public static List<PermitLoop> peers() {
    return List.of(
        new PermitLoop("jdk", PermitLoop::unfair), new PermitLoop("jdkFair", PermitLoop::fair));
  }

  private static Body unfair(int permits) {
    var semaphore = new Semaphore(permits);
    return times -> {
      for (int i = 0; i < times; i++) {
        semaphore.acquire();
        semaphore.release();
      }
    };
  }

  private static Body fair(int permits) {
    var semaphore = new Semaphore(permits, true);
    return times -> {
      for (int i = 0; i < times; i++) {
        semaphore.acquire();
        semaphore.release();
      }
    };
  }
}
