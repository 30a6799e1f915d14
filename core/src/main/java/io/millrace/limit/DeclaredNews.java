package io.millrace.limit;

import io.millrace.signal.DeclaredLimit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a server's declarations is worth an event: not that one permit less remains. Guarded by the limiter's lock. */
final class DeclaredNews {
  /* Names that change with each answer take no memory. */
  private static final int MOST = 32;

  private final Map<String, DeclaredLimit> told = new HashMap<>();
  private boolean wasDeclared;

  /** Why a declared limit is told of. */
  enum Reason {
    /** It was not declared before, or with another quota. */
    DECLARED,
    /** More remains than before. */
    RENEWED,
    /** Nothing remains. */
    USED_UP,
    /** Answers declare nothing that paces attempts any more: the rate is adaptive. */
    SILENT
  }

  /** An answer has declared this. */
  void declared(DeclaredLimit declared, Turn turn) {
    DeclaredLimit before = told.get(declared.name());
    if (before == null && told.size() == MOST) {
      return;
    }
    told.put(declared.name(), declared);
    Reason reason = reason(before, declared);
    if (reason != null) {
      turn.tell(() -> RateEvents.declares(declared, reason));
    }
  }

  private static @Nullable Reason reason(@Nullable DeclaredLimit before, DeclaredLimit declared) {
    if (before == null
        || before.unit() != declared.unit()
        || !before.quota().equals(declared.quota())) {
      return Reason.DECLARED;
    }
    if (declared.isUsedUp()) {
      return before.isUsedUp() ? null : Reason.USED_UP;
    }
    boolean isMore =
        before.remaining().isPresent()
            && declared.remaining().isPresent()
            && declared.remaining().getAsLong() > before.remaining().getAsLong();
    return isMore ? Reason.RENEWED : null;
  }

  /** Whether declared limits pace the attempts, after an answer. */
  void isDeclared(boolean isDeclared, Turn turn) {
    if (wasDeclared && !isDeclared) {
      turn.tell(RateEvents::declaresNothing);
    }
    wasDeclared = isDeclared;
  }
}
