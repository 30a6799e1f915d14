package io.millrace.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps every outcome where its worker put it. */
final class Collected implements Sink {
  /* Guarded by the run's lock. */
  private final List<Claim> claims = new ArrayList<>();

  @Override
  public void begun(Claim claim) {
    claims.add(claim);
  }

  @Override
  public void settled(Claim claim) {
    claim.copyToOrigin();
  }

  @Override
  public long delivered(long settled) {
    return settled;
  }

  /** All outcomes in input order; only when the run is over. */
  @Nullable Object[] outcomes() {
    int count = claims.stream().mapToInt(Claim::loaded).sum();
    @Nullable Object[] all = new Object[count];
    int at = 0;
    for (Claim claim : claims) {
      int loaded = claim.loaded();
      System.arraycopy(claim.cells(), 0, all, at, loaded);
      at += loaded;
    }
    return all;
  }
}
