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
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** A limit in Redis. All arithmetic is in a script, which the server runs as one step. The only class that needs Jedis. */
final class RedisSession extends ServerSession<Jedis> {
  private static final String SCRIPT = script();
  /* What the script says of a hash that is none of its own. */
  private static final String FOREIGN = "foreign";
  private static final String PREFIX = "millrace:rate-limit:";
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 10_000;
  private static final double MICROS = 1e6;
  /* What the script's numbers can hold; as long as a pause can be elsewhere. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final RedisPermits server;
  private final String key;
  private final String form;

  RedisSession(RedisPermits server, SharedLimit limit) {
    super(server, limit);
    this.server = server;
    this.key = PREFIX + limit.name();
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
  public PermitStore.Standing debit(long permits) {
    return standing(run("debit", permits));
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
    return attempt(
        redis -> {
          List<String> answer = answer(redis, action, amount);
          requireForm(answer);
          return answer;
        });
  }

  private List<String> answer(Jedis redis, String action, long amount) {
    List<String> arguments =
        List.of(
            action,
            Long.toString(amount),
            form,
            Double.toString(limit.perSecond() / MICROS),
            Long.toString((long) limit.rate().burst()));
    Object answer = redis.eval(SCRIPT, List.of(key), arguments);
    return ((List<?>) answer).stream().map(Object::toString).toList();
  }

  private void requireForm(List<String> answer) {
    String kept = answer.getFirst();
    if (kept.equals(form)) {
      return;
    }
    LimitForm other = LimitForm.readOrNull(kept);
    if (other != null) {
      throw LimitForm.refusal(store, limit, other);
    }
    String field = kept.equals(FOREIGN) ? answer.getLast() : "form";
    throw unusable(
        foreign(
            "a hash that is not a limit: its field "
                + field
                + " does not have what a limit has there"),
        null);
  }

  private String foreign(String value) {
    return "its key "
        + key
        + " has "
        + value
        + ". Choose another name for the limit, or another database, or delete the key if nobody needs it";
  }

  @Override
  String text(Exception failure) {
    String said = said(failure);
    // before version 7, what a script meets stands at the end of a sentence about scripts
    if (said.contains("WRONGTYPE ")) {
      return foreign("a value that is not a hash, and so not a limit");
    }
    if (said.contains("READONLY ")) {
      return said + ". It is a replica: use the address of its primary server";
    }
    if (failure instanceof JedisRedirectionException || failure instanceof JedisClusterException) {
      return said + ". It is a server of a cluster: use one that is not";
    }
    if (failure instanceof JedisAccessControlException) {
      return said
          + ". Mend the user or the password, or give the user the right to use "
          + PREFIX
          + "* with EVAL, TIME, EXISTS, HMGET and HSET";
    }
    return failure instanceof JedisConnectionException
        ? said + ". See if the server runs, and if the address is right"
        : said;
  }

  @Override
  Jedis connect() {
    var client =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(CONNECT_MILLIS)
            .socketTimeoutMillis(ANSWER_MILLIS)
            .database(server.database)
            .user(server.user)
            .password(password())
            .clientName("millrace");
    if (server.isEncrypted) {
      client.sslOptions(SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL).build());
    }
    try {
      return new Jedis(new HostAndPort(server.host, server.port), client.build());
    } catch (JedisDataException refused) {
      throw withoutPassword(refused);
    }
  }

  /* A server that does not know how to log in answers with what it was sent. */
  private RuntimeException withoutPassword(JedisDataException refused) {
    String password = server.password;
    return password != null
            && !password.isEmpty()
            && String.valueOf(refused.getMessage()).contains(password)
        ? unusable("it knows no logins, and was sent one. Leave the password out", null)
        : refused;
  }

  /* Jedis logs in only if there is a password; a user may need none. */
  private @Nullable String password() {
    return server.user != null && server.password == null ? "" : server.password;
  }

  @Override
  void end(Jedis known) {
    known.close();
  }
}
