package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import java.nio.file.Path;

/** Stores outcomes until that fails, and then says why. */
final class WritingMain {
  private WritingMain() {}

  public static void main(String[] args) {
    try (CheckpointSession session = JdbcStore.file(Path.of(args[0])).open(Samples.NAME)) {
      for (int number = 0; ; number++) {
        session.commit(Samples.values(number, number + 1, 10_000), Spent.NONE);
      }
    } catch (CheckpointException e) {
      System.out.println(e.getMessage());
    }
  }
}
