package io.millrace.engine.out;

import io.millrace.engine.claim.Claim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every outcome, and nothing else: a claim is garbage when its workers are through with it, and one
 * that shares its cells with the claim of an abandoned thread lets go of what was copied. Pages,
 * because storing into one large and old array costs G1 more. Guarded by the run's lock until it is over.
 */
public final class Collected implements Sink {
  private static final int PAGE = 1024;
  private static final int FIRST_LENGTH = 64;

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
      claim.copyOutcomes(index, page((int) (index / PAGE), offset + length), offset, length);
      index += length;
    }
    if (claim.most() > 1 && !claim.hasCellsForItself()) {
      claim.clearSettled();
    }
  }

  /** The page of this number, with room for so many. Only the first one may be shorter than others. */
  private @Nullable Object[] page(int number, int room) {
    while (pages.size() <= number) {
      pages.add(new Object[number == 0 && room <= FIRST_LENGTH ? FIRST_LENGTH : PAGE]);
    }
    @Nullable Object[] page = pages.get(number);
    if (page.length < room) {
      page = Arrays.copyOf(page, PAGE);
      pages.set(number, page);
    }
    return page;
  }

  @Override
  public long delivered(long settled) {
    return settled;
  }

  @Override
  public void drop() {
    pages.clear();
  }

  /** All outcomes in input order, which are not kept any longer; only when the run is over. */
  public @Nullable Object[] outcomes() {
    @Nullable Object[] all = new Object[Math.toIntExact(end)];
    for (int page = 0; page < pages.size(); page++) {
      int from = page * PAGE;
      @Nullable Object[] kept = pages.get(page);
      System.arraycopy(kept, 0, all, from, Math.min(kept.length, all.length - from));
    }
    drop(); // an abandoned thread may keep this for long
    return all;
  }
}
