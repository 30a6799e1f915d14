package io.millrace.engine;

import io.millrace.engine.claim.Ticket;
import java.util.List;
import java.util.Queue;

/** Notes which workers have to be started, and does nothing else. */
record StartedWorkers(Queue<Integer> generations) implements Effects {
  @Override
  public void startWorker(int generation) {
    generations.add(generation);
  }

  @Override
  public void giveBack(List<Ticket> unusable) {}

  @Override
  public void news() {}

  @Override
  public void readAheadSoon() {}

  @Override
  public void resumeOffers() {}

  @Override
  public void stalled() {}

  @Override
  public void windUp() {}

  @Override
  public void over() {}

  @Override
  public void joined() {}
}
