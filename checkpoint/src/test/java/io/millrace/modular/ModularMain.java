package io.millrace.modular;

import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.jdbc.JdbcStore;
import io.millrace.checkpoint.json.JsonCodec;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import java.nio.file.Path;
import java.util.List;

/** Uses the module from outside. */
public final class ModularMain {
  private ModularMain() {}

  /** The arguments are places of stores. */
  public static void main(String[] args) {
    for (String place : args) {
      JdbcStore store =
          place.startsWith("jdbc:") ? JdbcStore.url(place) : JdbcStore.file(Path.of(place));
      byte[] value = JsonCodec.of(List.class).encode(List.of(1, "two"));
      try (CheckpointSession session = store.open(CheckpointName.of("a", "1"))) {
        session.commit(
            List.of(
                new StoredOutcome(
                    ItemId.of("k"), 0, new byte[32], 1, new StoredOutcome.Value(value))),
            Spent.NONE);
        System.out.println(
            session.getClass().getModule().getName() + ": " + store.info().succeeded());
      }
    }
  }
}
