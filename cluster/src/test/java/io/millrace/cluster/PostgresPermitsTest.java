package io.millrace.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cluster.PermitStore.Reservation;
import io.millrace.cluster.PermitStore.Session;
import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import io.millrace.plan.RateLimit;
import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits in a PostgreSQL server of the tests' own. */
@WithPostgres
class PostgresPermitsTest extends PermitStoreContract {
  private final PostgresServer server;
  private String schema = "";

  PostgresPermitsTest(PostgresServer server) {
    this.server = server;
  }

  @BeforeEach
  void newSchema() throws SQLException {
    schema = server.newSchema();
  }

  @Override
  PostgresPermits store() {
    return PostgresPermits.at(address());
  }

  @Override
  String address() {
    return server.url(schema);
  }

  @Override
  void lose() throws SQLException {
    server.execute("DROP TABLE " + schema + ".millrace_rate_limit");
  }

  @Override
  void shiftLastUse(Duration shift) throws SQLException {
    server.execute(
        "UPDATE " + schema + ".millrace_rate_limit SET latest = latest + " + shift.toNanos());
  }

  /* Each test has a schema of its own; the server is that of all tests. */
  @Override
  int connections() throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.url(schema));
        Statement statement = connection.createStatement();
        ResultSet count =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'millrace'")) {
      count.next();
      return count.getInt(1);
    }
  }

  @Override
  OwnServer ownServer() throws IOException {
    PostgresServer own = PostgresServer.start();
    return new OwnServer() {
      @Override
      public PermitStore store() {
        return PostgresPermits.at(own.url("public"));
      }

      @Override
      public void stop() throws IOException {
        own.stop("immediate");
      }

      @Override
      public void resume() throws IOException {
        own.resume();
      }

      @Override
      public void close() throws IOException {
        own.close();
      }
    };
  }

  @Test
  @DisplayName(
      "Of two limits of one name that are made at the same moment, the second one is refused")
  void madeAtOnce() throws Exception {
    store().open(SharedLimit.of("other", RateLimit.perSecond(200))).close();
    try (Connection first = DriverManager.getConnection(server.url(schema));
        Statement statement = first.createStatement()) {
      first.setAutoCommit(false);
      statement.execute(
          "INSERT INTO millrace_rate_limit SELECT 'test', permits, period_nanos, burst, due, latest, shift, paused_until,"
              + " pauses, reservations FROM millrace_rate_limit WHERE name = 'other'");
      CompletableFuture<Throwable> second = new CompletableFuture<>();
      Thread opening =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      store().open(LIMIT).close();
                      second.complete(null);
                    } catch (Throwable refused) {
                      second.complete(refused);
                    }
                  });
      while (!isAnybodyWaiting() && !second.isDone()) {
        Thread.onSpinWait();
      }
      first.commit();
      Throwable refused = second.get();
      assertTrue(String.valueOf(refused).contains("in use with 200.0 permits"), "" + refused);
      opening.join();
    }
  }

  private boolean isAnybodyWaiting() throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.url(schema));
        Statement statement = connection.createStatement();
        ResultSet waiting =
            statement.executeQuery("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1")) {
      return waiting.next();
    }
  }

  @Test
  @DisplayName(
      "PostgreSQL's driver is found by whoever has it, also if drivers were looked for before with another class loader")
  void driverOfAnotherLoader() throws Exception {
    DriverManager.drivers(); // from here on, DriverManager looks for no more drivers
    URL[] classPath =
        Stream.of(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator))
            .map(
                path -> {
                  try {
                    return Path.of(path).toUri().toURL();
                  } catch (MalformedURLException impossible) {
                    throw new AssertionError(impossible);
                  }
                })
            .toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = loader.loadClass(PostgresPermits.class.getName());
      Object permits =
          type.getMethod("at", String.class).invoke(null, "jdbc:postgresql://127.0.0.1:1/x");
      Method connect = type.getDeclaredMethod("connect");
      connect.setAccessible(true);
      Throwable thrown =
          assertThrows(InvocationTargetException.class, () -> connect.invoke(permits)).getCause();
      assertTrue(thrown instanceof SQLException, "the driver was asked, not: " + thrown);
    }
  }

  @Test
  @DisplayName("Many reserve at once, however strictly the server keeps transactions apart")
  void strictServer() throws Exception {
    PostgresPermits strict =
        PostgresPermits.at(address() + "&options=-c%20default_transaction_isolation=serializable");
    List<CompletableFuture<Void>> all = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < 4; i++) {
      CompletableFuture<Void> one = new CompletableFuture<>();
      all.add(one);
      Thread.ofPlatform()
          .start(
              () -> {
                try (Session session = strict.open(LIMIT)) {
                  for (int n = 0; n < 50; n++) {
                    session.reserve(1);
                  }
                  one.complete(null);
                } catch (Throwable failed) {
                  one.completeExceptionally(failed);
                }
              });
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
    try (Session session = store().open(LIMIT)) {
      Reservation last = session.reserve(1);
      assertEquals(4 * 50 + 1, last.number());
      Duration passed = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(
          last.lastIn().plus(passed).compareTo(Duration.ofMillis(10 * 4 * 50 - 100)) > 0,
          "none is lost: " + last);
    }
  }

  /** Makes sockets that tell before something is sent. */
  public static final class ToldSockets extends SocketFactory {
    private static final Runnable NOBODY = () -> {};
    private static volatile Runnable beforeSending = NOBODY;

    /** The driver makes it. */
    public ToldSockets() {}

    @Override
    public Socket createSocket() {
      return new Socket() {
        @Override
        public OutputStream getOutputStream() throws IOException {
          return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
              beforeSending.run();
              out.write(bytes, from, length);
            }
          };
        }
      };
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
      throw new UnsupportedOperationException();
    }
  }

  private PermitStore told() {
    return store().with("socketFactory", ToldSockets.class.getName());
  }

  @Test
  @DisplayName(
      "A reservation is one round trip, so the row that all wait for is not locked while anything is on its way")
  void roundTrips() {
    AtomicInteger sent = new AtomicInteger();
    ToldSockets.beforeSending = sent::incrementAndGet;
    try (Session session = told().open(LIMIT)) {
      for (int i = 0; i < 10; i++) {
        int before = sent.get();
        session.reserve(1);
        assertEquals(1, sent.get() - before);
      }
    } finally {
      ToldSockets.beforeSending = ToldSockets.NOBODY;
    }
  }

  @Test
  @DisplayName(
      "However far away one is that opens a limit for the first time, or replaces one, nobody else has to wait for it")
  void openedFromAfar() throws Exception {
    assertNobodyWaits(() -> {}); // nothing is there
    assertNobodyWaits(() -> store().open(SharedLimit.of("other", LIMIT.rate())).close());
    assertNobodyWaits(
        () -> {
          store().open(SharedLimit.of("test", RateLimit.perSecond(200))).close();
          shiftLastUse(Duration.ofSeconds(-61));
        });
  }

  private interface Preparation {
    void run() throws SQLException;
  }

  /* One stands still before each of its steps, one after the other; and another one opens the limit meanwhile. */
  private void assertNobodyWaits(Preparation preparation) throws Exception {
    boolean stood = true;
    for (int step = 1; stood; step++) {
      newSchema();
      preparation.run();
      CompletableFuture<Boolean> stands = new CompletableFuture<>();
      CompletableFuture<Void> goesOn = new CompletableFuture<>();
      AtomicInteger left = new AtomicInteger(step);
      ToldSockets.beforeSending =
          () -> {
            if (left.decrementAndGet() == 0) {
              stands.complete(true);
              goesOn.join();
            }
          };
      PermitStore far = told();
      CompletableFuture<Void> opened =
          CompletableFuture.runAsync(() -> far.open(LIMIT).close(), Thread::startVirtualThread)
              .whenComplete((_, _) -> stands.complete(false));
      stood = stands.get();
      try {
        store().open(LIMIT).close();
      } finally {
        goesOn.complete(null);
        ToldSockets.beforeSending = ToldSockets.NOBODY;
      }
      opened.get();
    }
  }

  @Test
  @DisplayName("Of several servers, the limit is kept in the one that can be written to")
  void standby() throws Exception {
    try (PostgresServer standby = PostgresServer.start()) {
      standby.stop("fast");
      standby.resumeAsStandby();
      try (Session session = PostgresPermits.at(server.urlAfter(standby, schema)).open(LIMIT)) {
        session.reserve(1);
      }
    }
  }

  @Test
  @DisplayName("Whoever opens a limit that is there waits for nobody who has its row locked")
  void openedWhileLocked() throws SQLException {
    store().open(LIMIT).close();
    try (Connection holder = DriverManager.getConnection(server.url(schema));
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("SELECT 1 FROM millrace_rate_limit FOR UPDATE");
      store().open(LIMIT).close();
      holder.rollback();
    }
  }

  @Test
  @DisplayName("A table of another form is refused, with what to do")
  void otherForm() throws SQLException {
    server.execute("CREATE TABLE " + schema + ".millrace_rate_limit (name TEXT)");
    PermitStoreException refused =
        assertThrows(PermitStoreException.class, () -> store().open(LIMIT));
    assertTrue(refused.getMessage().contains("has another form"), refused.getMessage());
  }

  @Test
  @DisplayName("A table to which the user has no right is refused, with what to do")
  void noRight() throws SQLException {
    store().open(LIMIT).close();
    String user = "stranger_" + schema;
    server.execute("CREATE ROLE " + user + " LOGIN");
    server.execute("GRANT USAGE, CREATE ON SCHEMA " + schema + " TO " + user);
    PermitStoreException refused =
        assertThrows(
            PermitStoreException.class,
            () -> PostgresPermits.at(address().replace("user=test", "user=" + user)).open(LIMIT));
    assertTrue(refused.getMessage().contains("GRANT SELECT"), refused.getMessage());
  }

  @Test
  @DisplayName(
      "Whoever may only read the table, or has a server that can only be read, is refused at once, with what to do")
  void onlyToRead() throws SQLException {
    store().open(LIMIT).close();
    String user = "reader_" + schema;
    server.execute("CREATE ROLE " + user + " LOGIN");
    server.execute("GRANT USAGE ON SCHEMA " + schema + " TO " + user);
    server.execute("GRANT SELECT ON " + schema + ".millrace_rate_limit TO " + user);
    PermitStoreException reader =
        assertThrows(
            PermitStoreException.class,
            () -> PostgresPermits.at(address().replace("user=test", "user=" + user)).open(LIMIT));
    assertTrue(reader.getMessage().contains("to read and change"), reader.getMessage());
    PermitStoreException replica =
        assertThrows(
            PermitStoreException.class,
            () -> store().with("options", "-c default_transaction_read_only=on").open(LIMIT));
    assertTrue(replica.getMessage().contains("primary server"), replica.getMessage());
  }

  @Test
  @DisplayName(
      "A missing schema, and a server that is not there, are refused at once, without the password")
  void notThere() {
    PermitStoreException noSchema =
        assertThrows(
            PermitStoreException.class,
            () -> PostgresPermits.at(server.url("nowhere")).open(LIMIT));
    assertTrue(noSchema.getMessage().contains("schema is not there"), noSchema.getMessage());
    PostgresPermits nobody =
        PostgresPermits.at("jdbc:postgresql://127.0.0.1:1/x?user=me&password=s%C3%A4cret");
    PermitStoreException noServer =
        assertThrows(PermitStoreException.class, () -> nobody.open(LIMIT));
    assertFalse((noServer + nobody.toString() + noServer.getCause()).contains("cret"));
    for (String url :
        List.of(
            "jdbc:postgresql://me:secret@host/x",
            "jdbc:postgresql://host/x;user=me;password=secret",
            "jdbc:postgresql://host/x&password=secret",
            "jdbc:postgresql://host/x?currentSchema=s;password=secret")) {
      assertFalse(
          assertThrows(IllegalArgumentException.class, () -> PostgresPermits.at(url))
              .getMessage()
              .contains("secret"));
    }
  }
}
