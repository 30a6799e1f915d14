package io.millrace.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One JVM's access to a limit in Redis: a connection, used by one thread at a time, and replaced after each error. All arithmetic is
 * in a script, which the server runs as one step. The only class that needs Jedis.
 */
final class RedisSession implements PermitStore.Session {
  private static final String SCRIPT = script();
  private static final String PREFIX = "millrace:rate-limit:";
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 10_000;
  private static final double MICROS = 1e6;
  /* What the script's numbers can hold; as long as a pause can be elsewhere. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final RedisPermits store;
  private final SharedLimit limit;
  private final String form;
  /* Written by the leaser's thread, or by whoever opens this before that starts; read by whoever closes. */
  private volatile @Nullable Jedis connection;
  private volatile boolean isClosed;

  RedisSession(RedisPermits store, SharedLimit limit) {
    this.store = store;
    this.limit = limit;
    this.form = LimitForm.of(limit).written();
  }

  private static String script() {
    try (InputStream script = RedisSession.class.getResourceAsStream("shared-bucket.lua")) {
      return new String(
          Objects.requireNonNull(script, "shared-bucket.lua").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects, makes the limit if it is missing, and checks its form. */
  void open() {
    run("open", 0);
  }

  @Override
  public PermitStore.Reservation reserve(long permits) {
    List<String> answer = run("reserve", permits);
    Duration lastIn = micros(answer.get(3));
    return new PermitStore.Reservation(lastIn, Long.parseLong(answer.get(4)), standing(answer));
  }

  @Override
  public PermitStore.Standing giveBack(long permits) {
    return standing(run("giveBack", permits));
  }

  @Override
  public PermitStore.Standing pause(Duration duration) {
    Duration bounded = duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
    long micros = bounded.plusNanos(999).dividedBy(Duration.of(1, ChronoUnit.MICROS));
    return standing(run("pause", micros));
  }

  @Override
  public PermitStore.Standing look() {
    return standing(run("look", 0));
  }

  private static PermitStore.Standing standing(List<String> answer) {
    return new PermitStore.Standing(Long.parseLong(answer.get(1)), micros(answer.get(2)));
  }

  private static Duration micros(String number) {
    return Duration.of(Long.parseLong(number), ChronoUnit.MICROS);
  }

  private List<String> run(String action, long amount) {
    if (isClosed) {
      throw new PermitStoreException(store + " was given up", null);
    }
    List<String> answer;
    try {
      answer = answer(connected(), action, amount);
    } catch (JedisException e) {
      drop();
      throw new PermitStoreException(
          "the shared limit "
              + limit.name()
              + " cannot use "
              + store
              + ": "
              + e.getMessage()
              + advice(e),
          e);
    } catch (RuntimeException | Error e) {
      drop(); // an answer may be left in it
      throw e;
    }
    if (!answer.getFirst().equals(form)) {
      throw LimitForm.refusal(store, limit, LimitForm.read(answer.getFirst()));
    }
    return answer;
  }

  private List<String> answer(Jedis redis, String action, long amount) {
    List<String> arguments =
        List.of(
            action,
            Long.toString(amount),
            form,
            Double.toString(limit.perSecond() / MICROS),
            Long.toString((long) limit.rate().burst()));
    Object answer = redis.eval(SCRIPT, List.of(PREFIX + limit.name()), arguments);
    return ((List<?>) answer).stream().map(Object::toString).toList();
  }

  private static String advice(JedisException failure) {
    if (failure instanceof JedisAccessControlException) {
      return ". Mend the user or the password, or give the user the right to use "
          + PREFIX
          + "* with EVAL, TIME, HMGET and HSET";
    }
    if (failure instanceof JedisConnectionException) {
      return ". See if the server runs, and if the address is right";
    }
    return String.valueOf(failure.getMessage()).contains("WRONGTYPE")
        ? ". Something else stands under its key: choose another name or database, or delete that"
        : "";
  }

  private Jedis connected() {
    Jedis known = connection;
    if (known != null) {
      return known;
    }
    Jedis made = connect();
    connection = made;
    if (isClosed) {
      drop();
      throw new PermitStoreException(store + " was given up", null);
    }
    return made;
  }

  private Jedis connect() {
    var client =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(CONNECT_MILLIS)
            .socketTimeoutMillis(ANSWER_MILLIS)
            .database(store.database)
            .user(store.user)
            .password(store.user != null && store.password == null ? "" : store.password)
            .clientName("millrace");
    if (store.isEncrypted) {
      client.sslOptions(SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL).build());
    }
    return new Jedis(new HostAndPort(store.host, store.port), client.build());
  }

  private void drop() {
    Jedis known = connection;
    connection = null;
    if (known != null) {
      end(known);
    }
  }

  private static void end(Jedis known) {
    try {
      known.close();
    } catch (RuntimeException lost) {
      // it is gone anyhow
    }
  }

  @Override
  public void close() {
    isClosed = true;
    Jedis known = connection;
    if (known != null) {
      end(known);
    }
  }

  @Override
  public String toString() {
    return store.toString();
  }
}
