package io.millrace.cli.resume;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.spi.CheckpointSession;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The store of one run. It is taken before the run starts, so that a run that is refused does nothing; what it refuses is
 * said in the words of the command. Used by one thread.
 */
public final class RunStore implements CheckpointStore, AutoCloseable {
  private final CheckpointPlace place;
  private final CheckpointName name;

  /* Until the run has it. */
  private @Nullable CheckpointSession taken;

  private RunStore(CheckpointPlace place, CheckpointName name, CheckpointSession taken) {
    this.place = place;
    this.name = name;
    this.taken = taken;
  }

  /** The checkpoint cannot be had: nothing was called, and nothing was changed. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Takes the checkpoint, and makes it if there is none.
   *
   * @throws RefusedException if it is of another run, is in use, or cannot be used
   */
  static RunStore take(CheckpointPlace place, CheckpointName name) throws RefusedException {
    try {
      return new RunStore(place, name, place.store().open(name));
    } catch (CheckpointException refused) {
      throw new RefusedException(why(place, name, refused), refused);
    }
  }

  private static String why(
      CheckpointPlace place, CheckpointName asked, CheckpointException refused) {
    String message = String.valueOf(refused.getMessage());
    try {
      CheckpointName kept = place.store().info().name();
      return kept.equals(asked)
          ? message
          : place
              + " is that of "
              + shown(kept)
              + ", and this run is "
              + shown(asked)
              + ". Nothing was changed. Give the options of that one, if its results are still right; or another"
              + " --checkpoint, to do all again";
    } catch (CheckpointException unreadable) {
      return message;
    }
  }

  private static String shown(CheckpointName name) {
    return "'" + name.action() + "', version '" + name.version() + "'";
  }

  /**
   * When it was made.
   *
   * @throws RefusedException if that cannot be read
   */
  public Instant created() throws RefusedException {
    try {
      return place.store().info().created();
    } catch (CheckpointException unreadable) {
      throw new RefusedException(String.valueOf(unreadable.getMessage()), unreadable);
    }
  }

  /** The name that the run has to give. */
  public CheckpointName name() {
    return name;
  }

  /** Hands the checkpoint over to the run, which closes it; once. */
  @Override
  public CheckpointSession open(CheckpointName asked) {
    CheckpointSession session = Objects.requireNonNull(taken, "it was handed over");
    taken = null;
    return session;
  }

  /** Lets the checkpoint go, unless a run has it. */
  @Override
  public void close() {
    if (taken != null) {
      taken.close();
      taken = null;
    }
  }

  @Override
  public String toString() {
    return place.toString();
  }
}
