package io.millrace.base;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Closes what can be closed of what somebody was given: each part once, whatever the others throw. */
public final class Closing {
  private Closing() {}

  /** Whether closing any of these does anything. */
  public static boolean isNeeded(@Nullable Object... parts) {
    for (Object part : parts) {
      if (part instanceof AutoCloseable) {
        return true;
      }
    }
    return false;
  }

  /** Closes the parts in their order; then throws what the first that failed threw. */
  public static void all(@Nullable Object... parts) {
    Throwable first = null;
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Object part : parts) {
      if (part instanceof AutoCloseable closeable && seen.add(part)) {
        first = join(first, errorOf(closeable));
      }
    }
    if (first != null) {
      throw Rethrow.asIs(first);
    }
  }

  /** Closes the parts because of an error, to which it attaches what they throw. */
  public static <X extends Throwable> X after(X error, @Nullable Object... parts) {
    try {
      all(parts);
    } catch (Throwable broken) {
      join(error, broken);
    }
    return error;
  }

  /** Closes the parts where there is nobody to throw to. */
  public static void quietly(@Nullable Object... parts) {
    try {
      all(parts);
    } catch (Throwable broken) {
      Warnings.log(Closing.class, "closing the source failed", broken);
    }
  }

  private static @Nullable Throwable errorOf(AutoCloseable part) {
    try {
      part.close();
      return null;
    } catch (Throwable broken) {
      return broken;
    }
  }

  private static @Nullable Throwable join(@Nullable Throwable first, @Nullable Throwable later) {
    if (first == null) {
      return later;
    }
    if (later != null && later != first) {
      Suppressing.add(first, later);
    }
    return first;
  }
}
