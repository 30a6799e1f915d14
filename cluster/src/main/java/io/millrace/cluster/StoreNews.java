package io.millrace.cluster;

import io.millrace.cluster.StoreChange.State;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says that the store was lost, or is back: to the log and to the user's listener. Never throws. */
record StoreNews(String name, Object store, Consumer<? super StoreChange> listener) {
  void lost(double share, @Nullable Throwable cause) {
    String why =
        cause == null ? "it has not answered for a second" : String.valueOf(cause.getMessage());
    log(
        Level.WARNING,
        String.format(
            Locale.ROOT,
            "The shared limit %s has lost its store, %s, and goes on with %.1f permits a second, its last share: %s",
            name,
            store,
            share,
            why));
    tell(new StoreChange(State.LOST, share, Optional.ofNullable(cause)));
  }

  void back(double share) {
    log(Level.INFO, "The store of the shared limit " + name + " answers again: " + store);
    tell(new StoreChange(State.BACK, share, Optional.empty()));
  }

  private void tell(StoreChange change) {
    try {
      listener.accept(change);
    } catch (Throwable failure) {
      log(Level.WARNING, "A listener of the shared limit " + name + " failed: " + failure);
    }
  }

  private static void log(Level level, String message) {
    try {
      System.getLogger(SharedRateLimiter.class.getName()).log(level, message);
    } catch (Throwable again) {
      // there is nobody left to tell
    }
  }
}
