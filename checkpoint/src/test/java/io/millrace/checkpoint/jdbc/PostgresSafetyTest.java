package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static io.millrace.checkpoint.jdbc.StoreContract.assertFound;
import static io.millrace.checkpoint.jdbc.StoreContract.assertSays;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.outside.Child;
import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A checkpoint in PostgreSQL, between processes and with a server that goes away. */
@WithPostgres
class PostgresSafetyTest {
  private static final String CUT =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace'";

  private final PostgresServer server;
  private final String url;
  private final JdbcStore store;

  PostgresSafetyTest(PostgresServer server) throws SQLException {
    this.server = server;
    this.url = server.url(server.newSchema());
    this.store = JdbcStore.url(url);
  }

  @Test
  @DisplayName(
      "another process is refused while one has the checkpoint; when that is killed, nothing is lost and none blocked")
  void betweenProcesses() {
    try (Child child = Child.start(HoldingMain.class, url, "50")) {
      assertEquals("stored", child.line());
      assertSays(
          assertThrows(CheckpointException.class, () -> store.open(NAME)),
          "process " + child.pid(),
          Host.name());
      assertEquals(child.pid(), store.info().holder().orElseThrow().pid());
      child.kill();
      try (CheckpointSession session = store.open(NAME)) {
        assertEquals(50, session.firstNewRow());
        assertFound(session, values(0, 50, 1_000));
      }
    }
  }

  @Test
  @DisplayName("two schemas of a database are two checkpoints")
  void schemas() throws SQLException {
    try (CheckpointSession one = store.open(NAME);
        CheckpointSession other = JdbcStore.url(server.url(server.newSchema())).open(NAME)) {
      one.commit(values(0, 5, 5), Spent.NONE);
      assertEquals(
          java.util.Collections.nCopies(5, null), other.find(Samples.ids(values(0, 5, 0))));
    }
  }

  @Test
  @DisplayName(
      "a connection that is cut is an error that says what to do; what was stored is intact")
  void cutConnection() throws SQLException {
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 5, 5), Spent.NONE);
      server.execute(CUT);
      assertSays(
          assertThrows(
              CheckpointException.class, () -> session.commit(values(5, 10, 5), Spent.NONE)),
          "intact",
          "connection",
          "start the run again");
    }
    try (CheckpointSession session = store.open(NAME)) {
      assertEquals(5, session.firstNewRow());
      assertFound(session, values(0, 5, 5));
      server.execute(CUT);
      assertThrows(CheckpointException.class, () -> session.find(Samples.ids(values(0, 5, 5))));
    }
  }

  @Test
  @DisplayName(
      "A28: a run whose connection is cut, or whose server is restarted, ends with the reason; the next one pays only for the rest")
  void lostInMidRun() throws Exception {
    List<Runnable> losses =
        List.of(
            () -> attempt(() -> server.execute(CUT)),
            () -> attempt(() -> server.stop("immediate")),
            () -> attempt(() -> server.stop("fast")));
    try (Counter counter = new Counter()) {
      for (Runnable loss : losses) {
        int before = counter.repeated();
        counter.after(40, loss);
        var lost =
            assertThrows(
                CheckpointException.class, () -> PayingMain.run(url, counter.address(), 1_000));
        assertSays(lost, "intact", "start the run again");
        int repeated = counter.repeated() - before; // waits until the loss is complete
        if (loss != losses.getFirst()) {
          server.resume();
        }
        assertTrue(repeated <= PayingMain.WINDOW);
        assertTrue(counter.delivered() < 1_000);
      }
      PayingMain.run(url, counter.address(), 1_000);
      assertEquals(List.of(), counter.wrongs());
      assertEquals(1_000, counter.delivered());
    }
  }

  private interface Attempt {
    void make() throws IOException, SQLException;
  }

  private static void attempt(Attempt attempt) {
    try {
      attempt.make();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName(
      "without a server, a database, a schema or a right there is an error that says what to do")
  void unusable() throws SQLException {
    assertRefused("jdbc:postgresql://127.0.0.1:1/postgres", "connection", "server runs");
    assertRefused(url.replace("/postgres?", "/nowhere?"), "Create the database");
    assertRefused(server.url("nowhere"), "CREATE SCHEMA");
    server.execute(
        "DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN END $$");
    assertRefused(url.replace("user=test", "user=guest"), "schema");
    assertRefused(url + "&options=-c%20default_transaction_read_only=on", "read-only");
  }

  private static void assertRefused(String url, String... parts) {
    assertSays(assertThrows(CheckpointException.class, () -> JdbcStore.url(url).open(NAME)), parts);
  }

  @Test
  @DisplayName("a database whose encoding lacks a letter of a name is refused, with what to do")
  void otherEncoding() throws SQLException {
    server.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    JdbcStore latin = JdbcStore.url(server.url("public").replace("/postgres?", "/latin?"));
    assertSays(
        assertThrows(CheckpointException.class, () -> latin.open(CheckpointName.of("要約", "1"))),
        "encoding is UTF8");
  }

  @Test
  @DisplayName("tables of the same names that are not ours are refused and not changed")
  void foreignTables() throws SQLException {
    String schema = server.newSchema();
    server.execute("CREATE TABLE " + schema + ".millrace_checkpoint (theirs int)");
    assertRefused(server.url(schema), "another schema");
    server.execute("INSERT INTO " + schema + ".millrace_checkpoint VALUES (1)");
  }

  @Test
  @DisplayName("an error of a transaction quotes no values, neither in its message nor in a cause")
  void quotesNothing() throws SQLException {
    store.open(NAME).close();
    String schema = url.replaceFirst(".*currentSchema=", "");
    server.execute("ALTER TABLE " + schema + ".millrace_outcome ADD CHECK (state <> 2)");
    try (CheckpointSession session = store.open(NAME)) {
      var refused =
          assertThrows(
              CheckpointException.class,
              () -> session.commit(List.of(Samples.failed(7, false)), Spent.NONE));
      assertSays(refused, "check constraint", "intact");
      String value = HexFormat.of().formatHex("java.io.IOException".getBytes(UTF_8));
      for (Throwable each = refused; each != null; each = each.getCause()) {
        assertFalse(String.valueOf(each.getMessage()).contains(value), each::toString);
      }
    }
  }

  @Test
  @DisplayName(
      "a run may be idle for longer than the server lets sessions be, or than firewalls remember them")
  void idle() throws SQLException {
    String impatient = url + "&options=-c%20idle_session_timeout=86400000";
    for (JdbcStore each : List.of(JdbcStore.url(impatient), JdbcStore.url(impatient).shared())) {
      try (CheckpointSession session = each.open(NAME)) {
        JdbcSession jdbc = (JdbcSession) session;
        for (Connection connection : List.of(jdbc.writing, jdbc.reading)) {
          assertEquals("0", shown(connection, "idle_session_timeout"));
          assertEquals("10", shown(connection, "tcp_keepalives_idle"));
          if (System.getProperty("os.name").equals("Linux")) {
            assertEquals("25000", shown(connection, "tcp_user_timeout"), "without keepalives");
          }
        }
      }
    }
  }

  private static String shown(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW " + setting)) {
      assertTrue(row.next());
      return row.getString(1);
    }
  }

  @Test
  @DisplayName(
      "of several servers, both connections of a run are to the one that is written to, and so is a look")
  void standby() throws Exception {
    try (PostgresServer standby = PostgresServer.start()) {
      standby.stop("fast");
      standby.resumeAsStandby();
      JdbcStore several = JdbcStore.url(server.urlAfter(standby, server.newSchema()));
      try (CheckpointSession session = several.open(NAME)) {
        JdbcSession jdbc = (JdbcSession) session;
        for (Connection connection : List.of(jdbc.writing, jdbc.reading)) {
          assertEquals("off", shown(connection, "in_hot_standby"));
        }
        jdbc.writing.rollback();
        session.commit(values(0, 5, 5), Spent.NONE);
        assertEquals(5, several.info().succeeded());
        assertTrue(several.info().holder().isPresent(), "the other one does not know it");
      }
    }
  }

  @Test
  @DisplayName("a newer checkpoint is refused")
  void newer() throws SQLException {
    store.open(NAME).close();
    String schema = url.replaceFirst(".*currentSchema=", "");
    server.execute("UPDATE " + schema + ".millrace_checkpoint SET format = 2");
    assertRefused(url, "newer Millrace", "format 2");
    assertThrows(CheckpointException.class, () -> store.info());
  }

  @Test
  @DisplayName("neither messages nor toString show names and passwords of users")
  void passwords() {
    JdbcStore hidden =
        JdbcStore.url("jdbc:postgresql://127.0.0.1:1/db?user=me&password=secret&currentSchema=s")
            .property("password", "secret");
    assertEquals(
        "JdbcStore[checkpoint jdbc:postgresql://127.0.0.1:1/db?currentSchema=s]",
        hidden.toString());
    var error = assertThrows(CheckpointException.class, () -> hidden.open(NAME));
    assertFalse(error.getMessage().contains("secret"), error.getMessage());
  }
}
