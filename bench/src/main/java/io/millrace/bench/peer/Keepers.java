package io.millrace.bench.peer;

import java.util.List;

/** All that are compared. */
public final class Keepers {
  private Keepers() {}

  public static Keeper millrace() {
    return new MillraceKeeper();
  }

  public static List<Keeper> others() {
    return List.of(new CommitEach(), new JournalEveryFiveMillis());
  }
}
