package io.millrace.cluster;

import io.millrace.cluster.StoreChange.State;
import io.millrace.time.TimeSource;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says that the store was lost, or is back: to the log and to the user's listener. These may block, and the timers that find out
 * must not, so they are told in a thread of their own, one change after the other. Never throws.
 */
final class StoreNews {
  private final String name;
  private final Object store;
  private final Consumer<? super StoreChange> listener;
  private final TimeSource clock;
  private final Queue<StoreChange> changes = new ConcurrentLinkedQueue<>();
  /* Whether there is a thread that tells. It looks once more after it has cleared this. */
  private final AtomicBoolean isTelling = new AtomicBoolean();

  StoreNews(String name, Object store, Consumer<? super StoreChange> listener, TimeSource clock) {
    this.name = name;
    this.store = store;
    this.listener = listener;
    this.clock = clock;
  }

  /** Notes that the store was lost; whoever sees to the order calls this, and then {@link #tell}. */
  void lost(double share, @Nullable Throwable cause) {
    changes.add(new StoreChange(State.LOST, share, Optional.ofNullable(cause)));
  }

  /** Notes that the store is back; as {@link #lost}. */
  void back(double share) {
    changes.add(new StoreChange(State.BACK, share, Optional.empty()));
  }

  /** Has what was noted told. */
  void tell() {
    if (changes.isEmpty() || !isTelling.compareAndSet(false, true)) {
      return;
    }
    boolean isAnnounced = false;
    try {
      Runnable telling = clock.announced(this::tellAll);
      isAnnounced = true;
      Thread.ofVirtual().name("millrace-shared-limit-news-" + name).start(telling);
    } catch (Throwable noThread) { // told with the next change
      isTelling.set(false);
      if (isAnnounced) {
        clock.exit();
      }
    }
  }

  private void tellAll() {
    do {
      for (StoreChange change = changes.poll(); change != null; change = changes.poll()) {
        tell(change);
      }
      isTelling.set(false);
    } while (!changes.isEmpty() && isTelling.compareAndSet(false, true));
  }

  private void tell(StoreChange change) {
    switch (change.state()) {
      case LOST -> log(Level.WARNING, () -> textOfLoss(change));
      case BACK ->
          log(
              Level.INFO,
              () -> "The store of the shared limit " + name + " answers again: " + store);
    }
    try {
      listener.accept(change);
    } catch (Throwable failure) {
      log(Level.WARNING, () -> "A listener of the shared limit " + name + " failed: " + failure);
    }
  }

  private String textOfLoss(StoreChange change) {
    String why =
        change
            .cause()
            .map(cause -> String.valueOf(cause.getMessage()))
            .orElse("it has not answered for a second");
    return String.format(
        Locale.ROOT,
        "The shared limit %s has lost its store, %s, and goes on with %.1f permits a second, its last share: %s",
        name,
        store,
        change.share(),
        why);
  }

  private static void log(Level level, Supplier<String> message) {
    try {
      System.getLogger(SharedRateLimiter.class.getName()).log(level, message.get());
    } catch (Throwable again) {
      // there is nobody left to tell
    }
  }
}
