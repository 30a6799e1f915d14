package io.millrace.scope;

import io.millrace.base.Suppressing;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What an error says of how a block ended. It is a cancellation if it and all its causes are that, or only
 * wrap it. Errors that are suppressed in a cancellation came with it, and are not part of it.
 *
 * @param others the errors that came with a cancellation; of another kind, the error itself
 */
record Ending(Kind kind, List<Throwable> others) {
  enum Kind {
    /** There is no error. */
    NONE,
    /** A thread was interrupted. */
    INTERRUPTED,
    /** Something was cancelled, and no thread interrupted. */
    CANCELLED,
    /** Anything else. */
    OTHER;

    boolean isCancellation() {
      return this == INTERRUPTED || this == CANCELLED;
    }
  }

  static Ending of(@Nullable Throwable error) {
    return error == null
        ? new Ending(Kind.NONE, List.of())
        : of(error, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  /* Causes, and what is suppressed, may go round in a circle. */
  private static Ending of(Throwable error, Set<Throwable> seen) {
    Kind kind = Kind.OTHER;
    List<Throwable> others = new ArrayList<>();
    Throwable each = error;
    while (each != null && seen.add(each)) {
      Throwable cause = causeOf(each);
      if (isInterrupt(each)) {
        kind = Kind.INTERRUPTED;
      } else if (isCancellation(each)) {
        kind = kind == Kind.INTERRUPTED ? kind : Kind.CANCELLED;
      } else if (cause == null || !isWrapper(each, cause)) {
        return new Ending(Kind.OTHER, List.of(error));
      }
      for (Throwable suppressed : each.getSuppressed()) {
        if (!seen.contains(suppressed)) {
          others.addAll(of(suppressed, seen).others);
        }
      }
      each = cause;
    }
    return kind == Kind.OTHER ? new Ending(kind, List.of(error)) : new Ending(kind, others);
  }

  /** What is to be thrown of a cancellation that is absorbed: the first other error, with the rest in it. */
  @Nullable Throwable left() {
    if (others.isEmpty()) {
      return null;
    }
    Throwable first = others.getFirst();
    others.forEach(other -> Suppressing.add(first, other));
    return first;
  }

  /* The method is the user's, and may throw: then what is known has to do. */
  private static @Nullable Throwable causeOf(Throwable error) {
    try {
      return error.getCause();
    } catch (Throwable broken) {
      return null;
    }
  }

  private static boolean isInterrupt(Throwable error) {
    return switch (error) {
      case InterruptedException _, ClosedByInterruptException _ -> true;
      case InterruptedIOException io -> !(io instanceof SocketTimeoutException);
      default -> false;
    };
  }

  private static boolean isCancellation(Throwable error) {
    return error instanceof CancellationException
        || (error instanceof TruncatedRunException cut && cut.status() == RunStatus.CANCELLED);
  }

  /* A type that is made to carry another error, or one of the platform's without a text of its own. */
  private static boolean isWrapper(Throwable error, Throwable cause) {
    return switch (error) {
      case ExecutionException _,
          CompletionException _,
          UncheckedIOException _,
          InvocationTargetException _,
          UndeclaredThrowableException _ ->
          true;
      default -> error.getClass().getName().startsWith("java.") && addsNothing(error, cause);
    };
  }

  private static boolean addsNothing(Throwable error, Throwable cause) {
    try {
      String text = error.getMessage();
      return text == null || text.equals(cause.toString());
    } catch (Throwable broken) { // a text of the user's
      return false;
    }
  }
}
