package io.millrace.stress;

import io.millrace.engine.terms.Tuned;
import io.millrace.engine.terms.Tuning;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** A task that is nothing but its number. */
public final class NumberedTask extends Tuned {
  private static final Duration NEVER = ChronoUnit.FOREVER.getDuration();
  private static final Tuning ONCE = new Tuning(Retry.none(), NEVER, NEVER, null, 1, null);

  public final int number;

  public NumberedTask(int number) {
    super(ONCE);
    this.number = number;
  }

  @Override
  protected boolean isUnwanted() {
    return false;
  }

  @Override
  public void deliver(Outcome<?, ?> outcome) {}
}
