package io.millrace.engine;

import io.millrace.engine.claim.Ticket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the effects while the parts that need each other are made; nothing is called before the run begins.
 */
final class LateEffects implements Effects {
  private @Nullable Effects effects;

  void begin(Effects real) {
    effects = real;
  }

  private Effects real() {
    if (effects == null) {
      throw new AssertionError("the run has not begun");
    }
    return effects;
  }

  @Override
  public void startWorker(int generation) {
    real().startWorker(generation);
  }

  @Override
  public void giveBack(List<Ticket> unusable) {
    real().giveBack(unusable);
  }

  @Override
  public void news() {
    real().news();
  }

  @Override
  public void readAheadSoon() {
    real().readAheadSoon();
  }

  @Override
  public void resumeOffers() {
    real().resumeOffers();
  }

  @Override
  public void stalled() {
    real().stalled();
  }

  @Override
  public void windUp() {
    real().windUp();
  }

  @Override
  public void over() {
    real().over();
  }

  @Override
  public void joined() {
    real().joined();
  }
}
