package io.millrace.checkpoint.jdbc;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.spi.CheckpointSession;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A schema of a PostgreSQL database. The run that has its checkpoint holds an advisory lock, in the session that also
 * writes: a run that loses the session can neither write nor keep others away.
 *
 * @param url the address, without secrets
 * @param properties the driver's further properties
 * @param isShared whether many have it at once; they have the same lock, but each shares it
 */
record Postgres(String url, Map<String, String> properties, boolean isShared) implements Database {
  private static final Pattern SCHEMA = Pattern.compile("[?&](currentSchema=[^&]*)");
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

  /* Linux tells when a process began by a clock that may be a second ahead. */
  private static final Duration START_ERROR = Duration.ofSeconds(2);

  private static final String BYTES =
      """
      SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = current_schema() AND c.relname IN ('millrace_checkpoint', 'millrace_outcome')""";

  private static final String HOLDER =
      """
      SELECT holder_pid, holder_host, holder_since FROM millrace_checkpoint WHERE EXISTS (
        SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid = %s AND objid = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))"""
          .formatted(Schema.APPLICATION);

  private static final String LOCK =
      """
      SELECT pg_try_advisory_lock(%s, (SELECT oid FROM pg_namespace
        WHERE nspname = current_schema())::bigint::bit(32)::int)"""
          .formatted(Schema.APPLICATION);
  private static final String SHARED_LOCK =
      LOCK.replace("pg_try_advisory_lock", "pg_try_advisory_lock_shared");

  /* Of many that come at once, one makes the tables. */
  private static final String CREATION_LOCK =
      LOCK.replace("pg_try_advisory_lock", "pg_advisory_xact_lock")
          .replace("(" + Schema.APPLICATION, "(" + (Schema.APPLICATION + 1));

  static Postgres at(String url) {
    PostgresUrl parsed = PostgresUrl.parse(url);
    return new Postgres(parsed.text(), parsed.secrets(), false);
  }

  @Override
  public Duration grace() {
    return Duration.ofMillis(100);
  }

  @Override
  public Database with(String property, String value) {
    Map<String, String> more = new TreeMap<>(properties);
    more.put(property, value);
    return new Postgres(url, Map.copyOf(more), isShared);
  }

  @Override
  public Database shared() {
    return new Postgres(url, properties, true);
  }

  /*
   * Of several servers, a run has its connections to the one that is written to, and who only looks prefers it: what another one
   * has may be old, and it does not know who has the checkpoint.
   */
  private Connection connect(String ofSeveral) throws SQLException {
    Properties all = new Properties();
    if (url.replaceFirst("\\?.*", "").indexOf(',') >= 0) {
      all.setProperty("targetServerType", ofSeveral);
    }
    all.setProperty("connectTimeout", "10");
    all.setProperty("socketTimeout", "60");
    all.setProperty("tcpKeepAlive", "true");
    all.setProperty("ApplicationName", "millrace");
    all.putAll(properties);
    if (!hasDriver()) {
      throw new CheckpointException(
          this
              + " cannot be used: the program does not have PostgreSQL's driver. Add org.postgresql:postgresql"
              + " to its dependencies; the installed command millrace takes the driver's jar from its lib/drivers");
    }
    try {
      return DriverManager.getConnection(url, all);
    } catch (SQLException refused) {
      if (String.valueOf(refused.getMessage()).contains(url)) {
        throw new CheckpointException(
            this + " cannot be used: PostgreSQL's driver cannot read its URL. Mend the address");
      }
      throw refused;
    }
  }

  /* DriverManager looks for drivers once, with the class loader of whoever was first: on Spark that may lack the program's jars. */
  private static boolean hasDriver() {
    try {
      Class.forName("org.postgresql.Driver", true, Postgres.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError missing) {
      // perhaps another loader has it
    }
    return DriverManager.drivers()
        .anyMatch(driver -> driver.getClass().getName().contains("postgresql"));
  }

  @Override
  public CheckpointSession open(CheckpointName name, Durability durability) {
    try {
      Connection writing = connect("primary");
      try {
        configure(writing, durability);
        lock(writing);
        Meta meta = meta(writing, name);
        hold(writing, isShared ? null : Host.name());
        Connection reading = connect("primary");
        try {
          stay(reading);
          return new JdbcSession(
              this,
              writing,
              reading,
              isShared ? new SharedWriter(writing, meta, this) : new Writer(writing, meta),
              meta,
              new AdvisoryLock());
        } catch (SQLException | RuntimeException e) {
          Database.closeAfter(e, reading);
          throw e;
        }
      } catch (SQLException | RuntimeException e) {
        new AdvisoryLock().beforeClosing(writing);
        Database.closeAfter(e, writing);
        throw e;
      }
    } catch (SQLException e) {
      throw Advice.on(this, "opening it", e);
    }
  }

  private void configure(Connection connection, Durability durability) throws SQLException {
    boolean isForPowerLoss = durability == Durability.POWER_LOSS;
    if (isForPowerLoss && ask(connection, "SHOW fsync").equals("off")) {
      throw new CheckpointException(
          this
              + " would not survive a loss of power: the server runs with fsync=off. Switch that on, or choose"
              + " durability PROCESS_CRASH");
    }
    if (ask(connection, "SELECT current_schema()").isEmpty()) {
      throw new CheckpointException(
          this + " cannot be used: the schema is not there. Create it: CREATE SCHEMA ...");
    }
    stay(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET synchronous_commit = " + (isForPowerLoss ? "on" : "off"));
      if (isShared) { // for so long a process that is frozen in a transaction holds up the others
        statement.execute("SET idle_in_transaction_session_timeout = 10000");
        statement.execute("SET default_transaction_isolation = 'read committed'");
      }
    }
  }

  /*
   * An item may take longer than the server or a firewall lets a session be idle. And while the server has sent what the
   * machine of this process has not received, it looks for that machine for a quarter of an hour, without keepalives.
   * Servers before 14 and 12 do not have these settings.
   */
  private static void stay(Connection connection) throws SQLException {
    ask(
        connection,
        "SELECT set_config(name, CASE name WHEN 'tcp_user_timeout' THEN '25000' ELSE '0' END, false)"
            + " FROM pg_settings WHERE name IN ('idle_session_timeout', 'tcp_user_timeout')");
    try (Statement statement = connection.createStatement()) {
      // Firewalls forget connections that are quiet; and the server soon notices that the machine
      // of this process is gone.
      statement.execute("SET tcp_keepalives_idle = 10");
      statement.execute("SET tcp_keepalives_interval = 5");
      statement.execute("SET tcp_keepalives_count = 3");
    }
  }

  private void lock(Connection connection) throws SQLException {
    long start = System.nanoTime();
    while (!ask(connection, isShared ? SHARED_LOCK : LOCK).equals("t")) {
      Optional<Holder> holder = hasTables(connection) ? holder(connection) : Optional.empty();
      // The server needs a moment to notice that a process was killed.
      if (System.nanoTime() - start > PATIENCE || holder.map(Postgres::mayLive).orElse(false)) {
        throw holder
            .map(run -> FileLease.refusal(this, run))
            .orElseGet(
                () ->
                    new CheckpointException(
                        this
                            + " is in use by others, who share it, such as the tasks of a Spark job. Nothing was"
                            + " changed. Wait for them or end them, or use another checkpoint"));
      }
      LockSupport.parkNanos(PAUSE);
    }
  }

  static boolean mayLive(Holder holder) {
    return !holder.host().equals(Host.name())
        || ProcessHandle.of(holder.pid()).filter(process -> isThat(process, holder)).isPresent();
  }

  /* In a container that was started again, a process often has the number that one before it had. */
  private static boolean isThat(ProcessHandle process, Holder holder) {
    return process.isAlive()
        && !process
            .info()
            .startInstant()
            .map(start -> start.minus(START_ERROR).isAfter(holder.since()))
            .orElse(false);
  }

  private Meta meta(Connection connection, CheckpointName name) throws SQLException {
    if (hasTables(connection)) {
      Meta meta = Meta.read(connection, this);
      meta.require(name, this);
      return meta;
    }
    connection.setAutoCommit(false);
    ask(connection, CREATION_LOCK);
    boolean isMade = hasTables(connection); // by somebody else who shares it
    if (!isMade) {
      Schema.POSTGRES.create(connection);
      Meta.empty(name).insert(connection);
    }
    connection.commit();
    connection.setAutoCommit(true);
    return meta(connection, name);
  }

  /* Null if nobody has it alone. */
  private static void hold(Connection connection, @Nullable String host) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE millrace_checkpoint SET holder_pid = ?, holder_host = ?, holder_since = ?"
                + " WHERE holder_host IS NOT NULL OR ?::text IS NOT NULL")) {
      update.setLong(1, ProcessHandle.current().pid());
      update.setString(2, host);
      update.setLong(3, System.currentTimeMillis());
      update.setString(4, host);
      update.executeUpdate();
    }
  }

  private static Optional<Holder> holder(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(HOLDER)) {
      return row.next() && row.getString(2) != null
          ? Optional.of(
              new Holder(row.getLong(1), row.getString(2), Instant.ofEpochMilli(row.getLong(3))))
          : Optional.empty();
    }
  }

  private static boolean hasTables(Connection connection) throws SQLException {
    return !ask(
            connection,
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
                + " AND tablename = 'millrace_checkpoint'")
        .isEmpty();
  }

  /* The first column of the first row as text; empty if there is none. */
  private static String ask(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      String answer = row.next() ? row.getString(1) : null;
      return answer == null ? "" : answer;
    }
  }

  @Override
  public CheckpointInfo info() {
    return read(
        connection ->
            Meta.read(connection, this)
                .info(Long.parseLong(ask(connection, BYTES)), holder(connection)));
  }

  @Override
  public <T> T read(Query<T> query) {
    try (Connection connection = connect("preferPrimary")) {
      connection.setReadOnly(true);
      if (!hasTables(connection)) {
        throw new CheckpointException(
            this + " is not there: the schema has no checkpoint. Mend the address");
      }
      return query.ask(connection);
    } catch (SQLException e) {
      throw Advice.on(this, "reading it", e);
    }
  }

  /** Ends with the session, but not at once when the session does. */
  private static final class AdvisoryLock implements JdbcSession.Lease {
    @Override
    public void beforeClosing(Connection writing) {
      try (Statement statement = writing.createStatement()) {
        if (!writing.getAutoCommit()) {
          writing.rollback();
        }
        statement.execute("SELECT pg_advisory_unlock_all()");
      } catch (SQLException lost) {
        // together with the session
      }
    }
  }

  @Override
  public String toString() {
    return "checkpoint " + shown(url);
  }

  /* Without options other than the schema. */
  private static String shown(String url) {
    Matcher schema = SCHEMA.matcher(url);
    String options = schema.find() ? "?" + schema.group(1) : "";
    return url.replaceFirst("\\?.*", "") + options;
  }
}
