package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;

/** Opens a checkpoint, stores some outcomes one by one, says so, and then stays. */
final class HoldingMain {
  private HoldingMain() {}

  public static void main(String[] args) throws Exception {
    String place = args[0];
    JdbcStore store =
        place.startsWith("jdbc:")
            ? JdbcStore.url(place)
            : JdbcStore.file(java.nio.file.Path.of(place));
    CheckpointSession session = store.open(Samples.NAME);
    int from = Math.toIntExact(session.firstNewRow());
    for (int number = from; number < from + Integer.parseInt(args[1]); number++) {
      session.commit(Samples.values(number, number + 1, 1_000), Spent.NONE);
    }
    System.out.println("stored");
    System.in.read();
    session.close();
    System.out.println("closed");
  }
}
