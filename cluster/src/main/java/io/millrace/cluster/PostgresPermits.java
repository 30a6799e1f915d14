package io.millrace.cluster;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Keeps shared limits in a table of a PostgreSQL database, {@code millrace_rate_limit}, which is made if it is not there. Times
 * are those of the database's clock, so the clocks of the JVMs need not agree; if it is set back, the limits go on all the same.
 * Each {@link SharedRateLimiter} has one connection, which is used by its own thread. Passwords stand in no message and in no
 * {@code toString}. Immutable.
 */
public final class PostgresPermits implements PermitStore {
  private static final String PREFIX = "jdbc:postgresql:";
  private static final Pattern SECRET =
      Pattern.compile("pass|secret|token", Pattern.CASE_INSENSITIVE);
  private static final Pattern OPEN_OPTION = Pattern.compile("currentSchema=[\\w,$\"-]*");

  private final String url;
  private final Map<String, String> properties;

  private PostgresPermits(String url, Map<String, String> properties) {
    this.url = url;
    this.properties = properties;
  }

  /**
   * A database. The program needs PostgreSQL's driver, {@code org.postgresql:postgresql}.
   *
   * @param url such as {@code jdbc:postgresql://host:5432/database?user=name&currentSchema=name}, for the driver
   */
  public static PostgresPermits at(String url) {
    if (!url.startsWith(PREFIX)) {
      throw new IllegalArgumentException("url must begin with " + PREFIX + ", and does not");
    }
    int question = url.indexOf('?');
    String server = question < 0 ? url : url.substring(0, question);
    if (server.indexOf('@') >= 0 || server.indexOf('&') >= 0 || url.indexOf(';') >= 0) {
      throw new IllegalArgumentException(
          "url must be like "
              + PREFIX
              + "//host:5432/database?user=NAME&currentSchema=NAME, with no user or password before the host, and no ;"
              + " in it, and is not; the password is a property: with(\"password\", ...)");
    }
    Map<String, String> properties = new TreeMap<>();
    StringBuilder open = new StringBuilder(server);
    String[] options = question < 0 ? new String[0] : url.substring(question + 1).split("&", -1);
    for (String option : options) {
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      if (SECRET.matcher(name).find()) {
        properties.put(name, PostgresUrlText.decoded(option.substring(equals + 1)));
      } else {
        open.append(open.length() == server.length() ? '?' : '&').append(option);
      }
    }
    return new PostgresPermits(open.toString(), Map.copyOf(properties));
  }

  /**
   * A copy whose connections have this property of the driver, for example {@code password} or {@code sslmode}. By default
   * {@code connectTimeout} is 5 s and {@code socketTimeout} 10 s.
   */
  public PostgresPermits with(String property, String value) {
    Map<String, String> more = new TreeMap<>(properties);
    more.put(Objects.requireNonNull(property, "property"), Objects.requireNonNull(value, "value"));
    return new PostgresPermits(url, Map.copyOf(more));
  }

  @Override
  public Session open(SharedLimit limit) {
    PostgresSession session = new PostgresSession(this, limit);
    session.open();
    return session;
  }

  Connection connect() throws SQLException {
    Properties all = new Properties();
    all.setProperty("connectTimeout", "5");
    all.setProperty("socketTimeout", "10");
    all.setProperty("tcpKeepAlive", "true");
    all.setProperty("ApplicationName", "millrace");
    boolean areSeveral = url.replaceFirst("\\?.*", "").indexOf(',') >= 0;
    if (areSeveral) { // one of them can be written to
      all.setProperty("targetServerType", "primary");
    }
    all.putAll(properties);
    if (!hasDriver()) {
      throw new PermitStoreException(
          this
              + " cannot be used: the program does not have PostgreSQL's driver. Add org.postgresql:postgresql to its"
              + " dependencies",
          null);
    }
    try {
      return DriverManager.getConnection(url, all);
    } catch (SQLException refused) {
      if (String.valueOf(refused.getMessage()).contains(url)) {
        throw new PermitStoreException(
            this + " cannot be used: PostgreSQL's driver cannot read its URL. Mend the address",
            null);
      }
      throw refused;
    }
  }

  /* DriverManager looks for drivers once, with the class loader of whoever was first: on Spark that may lack the program's jars. */
  private static boolean hasDriver() {
    try {
      Class.forName("org.postgresql.Driver", true, PostgresPermits.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError missing) {
      // perhaps another loader has it
    }
    return DriverManager.drivers()
        .anyMatch(driver -> driver.getClass().getName().contains("postgresql"));
  }

  @Override
  public String toString() {
    var schema = OPEN_OPTION.matcher(url);
    String option = schema.find() ? "?" + schema.group() : "";
    return "PostgresPermits[" + url.replaceFirst("\\?.*", "") + option + "]";
  }
}
