package io.millrace.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every outcome, and nothing else: a claim is garbage when its workers are through with it. Pages,
 * because storing into one large and old array costs G1 more. Guarded by the run's lock until it is over.
 */
final class Collected implements Sink {
  private static final int PAGE = 1024;

  private final List<@Nullable Object[]> pages = new ArrayList<>();
  private long end;

  @Override
  public void settled(Claim claim) {}

  @Override
  public void givenBack(Claim claim) {
    long index = claim.firstIndex();
    long past = claim.index();
    end = Math.max(end, past);
    while (index < past) {
      int offset = (int) (index % PAGE);
      int length = (int) Math.min(past - index, PAGE - offset);
      claim.copyOutcomes(index, page((int) (index / PAGE)), offset, length);
      index += length;
    }
  }

  private @Nullable Object[] page(int number) {
    while (pages.size() <= number) {
      pages.add(new Object[PAGE]);
    }
    return pages.get(number);
  }

  @Override
  public void leftBehind(Claim claim) {
    givenBack(claim);
  }

  @Override
  public void writtenOff(Claim settled) {
    givenBack(settled);
  }

  @Override
  public long delivered(long settled) {
    return settled;
  }

  /** All outcomes in input order; only when the run is over. */
  @Nullable Object[] outcomes() {
    @Nullable Object[] all = new Object[Math.toIntExact(end)];
    for (int page = 0; page < pages.size(); page++) {
      int from = page * PAGE;
      System.arraycopy(pages.get(page), 0, all, from, Math.min(PAGE, all.length - from));
    }
    return all;
  }
}
