package io.millrace.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a run, each in a place of its own. Written under the run's lock, in constant time; read
 * without it, so that a scan of 10,000 workers holds up nobody.
 */
final class Roster {
  private static final int FIRST_PAGE = 16;
  private static final int PAGES = 28;

  /* Page n has 16 * 2^n places, so that nothing is ever copied. */
  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Worker>> pages =
      new AtomicReferenceArray<>(PAGES);

  /* Written under the lock: places that were ever used. */
  private volatile int used;

  /* Guarded by the lock: places that are free again. */
  private int[] free = new int[FIRST_PAGE];
  private int freePlaces;

  /* Allocates what it needs before it changes anything, and what removing needs: that never fails. */
  void add(Worker worker) {
    int place = freePlaces > 0 ? free[freePlaces - 1] : used;
    if (place == free.length) {
      free = Arrays.copyOf(free, 2 * place);
    }
    page(place).set(offset(place), worker);
    worker.place = place;
    if (place == used) {
      used = place + 1;
    } else {
      freePlaces--;
    }
  }

  void remove(Worker worker) {
    int place = worker.place;
    page(place).set(offset(place), null);
    worker.place = Worker.NOWHERE;
    free[freePlaces++] = place;
  }

  /** By any thread: a worker that comes or goes meanwhile may be missed. */
  void forEach(Consumer<? super Worker> task) {
    int places = used;
    for (int place = 0; place < places; place++) {
      Worker worker = page(place).get(offset(place));
      if (worker != null) {
        task.accept(worker);
      }
    }
  }

  private AtomicReferenceArray<@Nullable Worker> page(int place) {
    int number = number(place);
    AtomicReferenceArray<@Nullable Worker> page = pages.get(number);
    if (page == null) {
      page = new AtomicReferenceArray<>(FIRST_PAGE << number);
      pages.set(number, page);
    }
    return page;
  }

  private static int number(int place) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(place / FIRST_PAGE + 1) - 1;
  }

  private static int offset(int place) {
    return place + FIRST_PAGE - (FIRST_PAGE << number(place));
  }
}
