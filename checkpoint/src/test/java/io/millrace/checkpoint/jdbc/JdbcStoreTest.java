package io.millrace.checkpoint.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JdbcStoreTest {

  @Test
  @DisplayName(
      "an address or a path that cannot be one is refused at the call, with what is allowed")
  void badArguments() {
    assertRefused(() -> JdbcStore.url("jdbc:mysql://h/d"), "jdbc:postgresql:");
    assertRefused(() -> JdbcStore.url("jdbc:sqlite::memory:"), "path of a file");
    assertRefused(() -> JdbcStore.url("jdbc:sqlite:x?mode=memory"), "without options");
    assertRefused(() -> JdbcStore.url("jdbc:sqlite:"), "path of a file");
    assertRefused(() -> JdbcStore.file(Path.of("/")), "file");
    assertRefused(() -> JdbcStore.file(Path.of("x")).property("password", "p"), "PostgreSQL");
    assertThrows(NullPointerException.class, () -> JdbcStore.file(null));
    assertThrows(NullPointerException.class, () -> JdbcStore.url(null));
  }

  private static void assertRefused(Runnable call, String part) {
    StoreContract.assertSays(assertThrows(IllegalArgumentException.class, call::run), part);
  }

  @Test
  @DisplayName(
      "an error of a server that says no kind of it, or half of one, is an error with advice")
  void errorsWithoutState() {
    for (String state : List.of("", "0", "99999")) {
      StoreContract.assertSays(
          Advice.on("it", "reading it", new SQLException("broken", state)), "broken", "again");
    }
  }

  @Test
  @DisplayName(
      "who had a checkpoint in PostgreSQL is gone if its number is that of a process that began later, as in a container")
  void numbersOfProcesses() {
    long here = ProcessHandle.current().pid();
    assertTrue(Postgres.mayLive(new Holder(here, Host.name(), Instant.now())));
    assertFalse(Postgres.mayLive(new Holder(here, Host.name(), Instant.EPOCH)));
    assertTrue(Postgres.mayLive(new Holder(here, "another host", Instant.EPOCH)));
  }

  @Test
  @DisplayName("toString says where a store is, and what was chosen")
  void texts() {
    assertEquals("JdbcStore[checkpoint a/b]", JdbcStore.url("jdbc:sqlite:a/b").toString());
    assertEquals(
        "JdbcStore[checkpoint x, durability=PROCESS_CRASH]",
        JdbcStore.file(Path.of("x")).durability(Durability.PROCESS_CRASH).toString());
  }
}
