package io.millrace.engine.durable;

import io.millrace.base.Suppressing;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.FinalFailureException;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Spending;
import io.millrace.engine.terms.TaskIdentity;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Resuming;
import io.millrace.engine.wait.Waits;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a run does with its checkpoint: an item is looked up before its first attempt, and its outcome is stored before it
 * is delivered. For both it waits without a worker, in the window. Workers call the user's functions (keys, fingerprints,
 * codec, predicate); two threads call the store, and nothing else. Thread-safe.
 */
public final class RunCheckpoint {
  private final CheckpointSession session;
  private final Identity identity;
  private final Codec<Object> codec;
  private final Predicate<Throwable> finalFailures;
  private final Lookups lookups;
  private final Commits commits;

  /** Takes the session, which {@link #end} closes. */
  public RunCheckpoint(
      Checkpoint checkpoint,
      CheckpointSession session,
      Resuming run,
      Waits waits,
      Terms terms,
      Backpressure backpressure) {
    this.session = session;
    this.identity = new Identity(checkpoint);
    this.codec = checkpoint.codec();
    this.finalFailures = checkpoint.finalFailures();
    Lookups.Twins twins =
        terms.isTuned
            ? Lookups.Twins.ONE_BY_ONE
            : identity.hasKeys() ? Lookups.Twins.REFUSED : Lookups.Twins.NONE;
    this.lookups = new Lookups(session, run, waits, twins, terms.clock);
    Spending spending = Objects.requireNonNull(terms.spending, "spending");
    Spent earlier = Objects.requireNonNull(session.spent(), "spent of the checkpoint's session");
    spending.goOnFrom(earlier);
    this.commits = new Commits(session, run, lookups, terms.clock, backpressure, spending, earlier);
  }

  /** Takes the checkpoint for a run; null if it has none. */
  public static @Nullable CheckpointSession open(Config config) {
    Checkpoint checkpoint = config.checkpoint;
    if (checkpoint == null) {
      return null;
    }
    CheckpointStore store = checkpoint.store();
    if (store.isShared()) {
      throw new CheckpointException(
          "the checkpoint "
              + Foreign.text(store)
              + " is shared by the tasks of a cluster, and a run has its checkpoint alone: leave shared() out");
    }
    return Foreign.nonNull(
        store.open(checkpoint.name()),
        () ->
            "the checkpoint cannot be used: "
                + Foreign.text(store)
                + " has opened null, not a session");
  }

  /**
   * Refuses items that cannot be told from changed ones, where that is known before the run.
   *
   * @throws IllegalArgumentException if they cannot
   */
  public static void check(Config config, Iterable<?> items) {
    if (config.checkpoint != null) {
      new Identity(config.checkpoint).check(items);
    }
  }

  /**
   * What stands for a part of an item, which changes with it.
   *
   * @throws IllegalArgumentException if it has no form that stays the same
   */
  public static byte[] fingerprint(@Nullable Object part) {
    try {
      return Fingerprint.of(part);
    } catch (UnsupportedOperationException unknown) {
      throw new IllegalArgumentException(
          "fingerprint is or has a "
              + unknown.getMessage()
              + ", which has no form that stays the same: give a string, a number, bytes or a record of these",
          unknown);
    }
  }

  /** Starts the threads; throws if there are none to be had. */
  public void start() {
    lookups.batches().start();
    commits.batches().start();
  }

  /** Whether this is one of its threads, in which a store may call back. */
  public boolean isIn(Thread thread) {
    return lookups.batches().isIn(thread) || commits.batches().isIn(thread);
  }

  /** Nobody works for the run any more: ends the threads, closes the session, and then does this. */
  public void end(Runnable then) {
    Runnable closing =
        () -> {
          Mishaps.survive(commits::finish);
          Mishaps.survive(session::close);
          then.run();
        };
    lookups.batches().end(() -> commits.batches().end(closing));
  }

  // Before the first attempt

  /** Asks who the item is: the user's functions, or a task itself. What says nothing is not stored. */
  public void identify(ItemAtHand at) {
    Tuned own = at.own();
    TaskIdentity said = own == null ? null : own.tuning.identity;
    if (own == null) {
      Mark mark = identity.of(at.item(), at.claim().index());
      at.ticketed().mark = mark;
    } else if (said != null) {
      at.ticketed().mark = new Mark(said.id(), said.fingerprint());
    }
  }

  /** Where the item has to wait to be looked up; null if it need not. */
  public @Nullable TicketQueue lookup(ItemAtHand at) {
    Mark mark = at.ticket == null ? null : at.ticket.mark;
    return mark != null && lookups.isNeededFor(mark) && !lookups.findAhead(mark, at.claim().index())
        ? lookups
        : null;
  }

  /**
   * The stored value.
   *
   * @throws CheckpointException if the codec cannot decode it
   */
  public @Nullable Object decoded(Ticket ticket, StoredOutcome.Value value) {
    byte[] bytes = value.bytes();
    if (bytes == null) {
      return null;
    }
    try {
      return Foreign.nonNull(codec.decode(bytes), () -> "the codec has decoded null");
    } catch (Throwable broken) {
      throw new CheckpointException(
          named(ticket)
              + ": its stored value cannot be decoded by the codec "
              + Foreign.text(codec)
              + "; use the codec that it was stored with, or another version of the checkpoint",
          broken);
    }
  }

  /** The stored failure. */
  public static FinalFailureException failure(StoredOutcome.Failed failed) {
    return new FinalFailureException(failed.error(), failed.message());
  }

  // After the last one

  /**
   * What to store of a success.
   *
   * @throws CheckpointException if the codec cannot encode its value, or the store cannot keep it
   */
  public StoredOutcome success(Ticket ticket, @Nullable Object value) {
    byte[] bytes = null;
    if (value != null) {
      try {
        bytes = Foreign.nonNull(codec.encode(value), () -> "the codec has encoded null");
      } catch (Throwable broken) {
        throw new CheckpointException(
            named(ticket)
                + ": its value, a "
                + value.getClass().getName()
                + ", cannot be encoded by the codec "
                + Foreign.text(codec)
                + ", so it cannot be stored; what was stored before is kept",
            broken);
      }
    }
    if (bytes != null && bytes.length > session.longestValue()) {
      throw new CheckpointException(
          named(ticket)
              + ": its value has "
              + bytes.length
              + " bytes, more than the "
              + session.longestValue()
              + " that the checkpoint keeps; let the action return a reference to it, or use another store. What was stored"
              + " before is kept");
    }
    return stored(ticket, new StoredOutcome.Value(bytes));
  }

  /** What to store of a failure; calls the user's predicate. */
  public StoredOutcome failure(Ticket ticket, Throwable error) {
    return failure(ticket, error, isFinal(error));
  }

  /** What to store of a failure that is not final, whatever the user's predicate would say. */
  public static StoredOutcome passingFailure(Ticket ticket, Throwable error) {
    return failure(ticket, error, false);
  }

  private static StoredOutcome failure(Ticket ticket, Throwable error, boolean isFinal) {
    return stored(
        ticket, new StoredOutcome.Failed(error.getClass().getName(), messageOf(error), isFinal));
  }

  private static String messageOf(Throwable error) {
    try {
      String message = error.getMessage();
      return message == null ? "" : message;
    } catch (Throwable broken) {
      return "";
    }
  }

  /* What the predicate throws is attached to the item's error; the item runs again. */
  private boolean isFinal(Throwable error) {
    try {
      return finalFailures.test(error);
    } catch (Throwable broken) {
      Suppressing.add(error, broken);
      return false;
    }
  }

  private static StoredOutcome stored(Ticket ticket, StoredOutcome.Result result) {
    Mark mark = ticket.mark();
    return new StoredOutcome(mark.id, ticket.index, mark.fingerprint, ticket.attempts, result);
  }

  private static String named(Ticket ticket) {
    Mark mark = ticket.mark();
    return switch (mark.id.kind()) {
      case POSITION -> "item " + ticket.index;
      case STRING, LONG, UUID, BYTES -> "item " + ticket.index + " with the key " + mark.id;
    };
  }

  /** How many outcomes are to be stored, or are being stored. */
  public int storing() {
    return commits.batches().pending();
  }

  /** Has the item's outcome stored; then it goes on to be settled. */
  public void store(Ticket ticket) {
    commits.add(ticket);
  }
}
