package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.claim.SecondCall;
import io.millrace.outcome.Details;
import org.jspecify.annotations.Nullable;

/** A call that takes long, and what is to be called beside it. */
final class HedgedCall extends SecondCall {
  /** Whose call takes long, at what, and the word of its claim since the call began. */
  final Worker owner;

  final Claim claim;
  final long seen;

  final long index;
  final @Nullable Object item;
  final Details details;

  /* Written by the worker that makes the second call, before it begins; read by whoever drops it afterwards. */
  @Nullable Worker worker;
  @Nullable Claim own;

  HedgedCall(Worker owner, Claim claim, long seen, Details details) {
    this.owner = owner;
    this.claim = claim;
    this.seen = seen;
    this.index = claim.index(seen);
    this.item = claim.item(seen);
    this.details = details;
  }

  /**
   * Whether its answer stands for the first call, if that is abandoned where it was seen so. A timeout that came before the answer
   * stands; the end of the run keeps no answer from its item.
   */
  static boolean mayStandFor(long word) {
    Interruption why = Claim.interruption(word);
    return why == Interruption.HEDGED || why == Interruption.RUN_ENDED;
  }

  /** Whether it is about this call. */
  boolean isOf(Claim other, long word) {
    return claim == other && seen == word;
  }
}
