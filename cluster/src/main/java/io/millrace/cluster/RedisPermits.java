package io.millrace.cluster;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps shared limits in a Redis server of version 5 or newer, or in one that speaks its language, such as Valkey: each under the key
 * {@code millrace:rate-limit:NAME}. Times are those of the server's clock, so the clocks of the JVMs need not agree; if it is set back,
 * the limits go on all the same. A server that has lost a limit, because it keeps nothing on its disk, begins it anew without a burst.
 * Each {@link SharedRateLimiter} has one connection, which is used by its own thread. Passwords stand in no message and in no
 * {@code toString}. Immutable.
 */
public final class RedisPermits implements PermitStore {
  private static final int PORT = 6379;
  private static final int LAST_PORT = 65_535;
  private static final Pattern DATABASE = Pattern.compile("/?|/[0-9]{1,5}");
  private static final String FORM =
      "redis://host:6379 or redis://host:6379/DATABASE, or rediss:// for TLS; the password is set with password(...)";

  final String host;
  final int port;
  final boolean isEncrypted;
  final int database;
  final @Nullable String user;
  final @Nullable String password;

  private RedisPermits(
      String host,
      int port,
      boolean isEncrypted,
      int database,
      @Nullable String user,
      @Nullable String password) {
    this.host = host;
    this.port = port;
    this.isEncrypted = isEncrypted;
    this.database = database;
    this.user = user;
    this.password = password;
  }

  /**
   * A server. The program needs Jedis, {@code redis.clients:jedis}.
   *
   * @param url such as {@code redis://host:6379} or {@code redis://host:6379/2}, with the number of a database; with {@code rediss} the
   *     connection is encrypted, and the server's certificate is checked as the JVM does it. The port is 6379 by default
   */
  public static RedisPermits at(String url) {
    URI uri;
    try {
      uri = new URI(Objects.requireNonNull(url, "url"));
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException("url must be like " + FORM + ", and is not");
    }
    boolean isEncrypted = "rediss".equals(uri.getScheme());
    if (!(isEncrypted || "redis".equals(uri.getScheme()))
        || uri.getHost() == null
        || uri.getPort() == 0
        || uri.getPort() > LAST_PORT
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || !DATABASE.matcher(uri.getRawPath()).matches()) {
      throw new IllegalArgumentException("url must be like " + FORM + ", and is not");
    }
    String path = uri.getRawPath();
    int database = path.length() < 2 ? 0 : Integer.parseInt(path.substring(1));
    int port = uri.getPort() < 0 ? PORT : uri.getPort();
    return new RedisPermits(uri.getHost(), port, isEncrypted, database, null, null);
  }

  /** A copy that logs in as this user, with an empty password if none is set. By default it is the one that Redis calls {@code default}. */
  public RedisPermits user(String user) {
    Objects.requireNonNull(user, "user");
    return new RedisPermits(host, port, isEncrypted, database, user, password);
  }

  /** A copy that logs in with this password. By default it does not log in. */
  public RedisPermits password(String password) {
    Objects.requireNonNull(password, "password");
    return new RedisPermits(host, port, isEncrypted, database, user, password);
  }

  @Override
  public Session open(SharedLimit limit) {
    Objects.requireNonNull(limit, "limit");
    if (!hasJedis()) {
      throw new PermitStoreException(
          this
              + " cannot be used: the program does not have Jedis. Add redis.clients:jedis to its dependencies",
          null);
    }
    RedisSession session = new RedisSession(this, limit);
    session.open();
    return session;
  }

  private static boolean hasJedis() {
    try {
      Class.forName("redis.clients.jedis.Jedis", false, RedisPermits.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError missing) {
      return false;
    }
  }

  @Override
  public String toString() {
    String scheme = isEncrypted ? "rediss" : "redis";
    return "RedisPermits[" + scheme + "://" + host + ":" + port + "/" + database + "]";
  }
}
