package io.millrace.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Keeps every outcome where its worker put it. */
final class Collected implements Sink {
  /* Guarded by the run's lock. */
  private final List<Claim> claims = new ArrayList<>();

  /* Claims of one item: its place among the fresh ones is filled in at the end. */
  private final Queue<Claim> singles = new ConcurrentLinkedQueue<>();

  @Override
  public void begun(Claim claim) {
    claims.add(claim);
  }

  @Override
  public void settled(Claim claim) {
    if (claim.isSingle()) {
      singles.add(claim);
    }
  }

  @Override
  public void leftBehind(Claim claim) {}

  @Override
  public long delivered(long settled) {
    return settled;
  }

  /** All outcomes in input order; only when the run is over. */
  @Nullable Object[] outcomes() {
    int count = claims.stream().mapToInt(Claim::loaded).sum();
    @Nullable Object[] all = new Object[count];
    for (Claim claim : claims) {
      claim.copyTo(all);
    }
    for (Claim single : singles) {
      single.copyTo(all);
    }
    return all;
  }
}
