package io.millrace.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.millrace.cluster.PermitStore.Session;
import io.millrace.plan.RateLimit;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Limits in a Redis server of the tests' own. */
@EnabledIf("io.millrace.cluster.RedisServer#isInstalled")
class RedisPermitsTest extends PermitStoreContract {
  private static final String KEY = "millrace:rate-limit:test";
  private static RedisServer server;
  private static Jedis watching;

  @BeforeAll
  static void start() throws IOException {
    server = RedisServer.start();
    watching = server.client();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      watching.close();
      server.close();
    }
  }

  @BeforeEach
  @Override
  void lose() {
    try (Jedis client = server.client()) {
      client.flushAll();
    }
  }

  @Override
  RedisPermits store() {
    return server.store();
  }

  @Override
  String address() {
    return server.address();
  }

  @Override
  void shiftLastUse(Duration shift) {
    try (Jedis client = server.client()) {
      client.hincrBy(KEY, "latest", shift.dividedBy(Duration.of(1, ChronoUnit.MICROS)));
    }
  }

  @Override
  int connections() {
    return (int)
        watching.clientList().lines().filter(line -> line.contains("name=millrace")).count();
  }

  @Override
  OwnServer ownServer() throws IOException {
    return RedisServer.start();
  }

  @Test
  @DisplayName("A value under the key of a limit that is no hash is refused, with what to do")
  void foreignValue() {
    try (Jedis client = server.client()) {
      client.set(KEY, "something");
      requireForeign(() -> store().open(LIMIT), "a value that is not a hash");
      assertEquals("something", client.get(KEY));
    }
  }

  static Stream<Arguments> foreignHashes() {
    Map<String, String> numbers =
        Map.of(
            "tokens", "1",
            "refilled", "1",
            "latest", "1",
            "shift", "0",
            "pausedUntil", "1",
            "pauses", "0",
            "reservations", "0");
    String form = LimitForm.of(LIMIT).written();
    return Stream.of(
        arguments("form", Map.of("color", "red")),
        arguments("form", numbers),
        arguments("tokens", Map.of("form", "my own")),
        arguments("tokens", Map.of("form", form)),
        arguments("latest", with(with(numbers, "form", form), "latest", "yesterday")),
        arguments("form", with(with(numbers, "form", "my own"), "latest", "9e15")),
        arguments("form", with(with(numbers, "form", "E in 1 burst 1"), "latest", "9e15")));
  }

  private static Map<String, String> with(Map<String, String> fields, String field, String value) {
    Map<String, String> more = new HashMap<>(fields);
    more.put(field, value);
    return more;
  }

  @ParameterizedTest
  @MethodSource("foreignHashes")
  @DisplayName(
      "A hash under the key of a limit that is none is left as it is, and refused, with what to do")
  void foreignHash(String field, Map<String, String> fields) {
    try (Jedis client = server.client();
        Session before = store().open(LIMIT)) {
      client.del(KEY);
      client.hset(KEY, fields);
      requireForeign(() -> store().open(LIMIT), "its field " + field);
      requireForeign(() -> before.reserve(1), "its field " + field);
      requireForeign(before::look, "its field " + field);
      assertEquals(fields, client.hgetAll(KEY));
      client.del(KEY);
      before.reserve(1);
    }
  }

  private static void requireForeign(Executable use, String what) {
    String refused = assertThrows(PermitStoreException.class, use).getMessage();
    assertTrue(
        refused.contains("its key " + KEY + " has ")
            && refused.contains(what)
            && refused.contains("Choose another name"),
        refused);
  }

  @Test
  @DisplayName(
      "A user needs no more rights than the documentation says, and no password if it has none")
  void leastRights() throws Exception {
    try (RedisServer own = RedisServer.start();
        Jedis admin = own.client()) {
      admin.aclSetUser(
          "crawler",
          "on",
          "nopass",
          "~millrace:rate-limit:*",
          "+eval",
          "+time",
          "+exists",
          "+hmget",
          "+hset",
          "+select");
      admin.aclSetUser("default", "off");
      RedisPermits store = RedisPermits.at(own.address() + "/3").user("crawler");
      try (Session session = store.open(LIMIT)) {
        session.reserve(1);
        session.giveBack(1);
        session.look();
        session.pause(Duration.ofSeconds(1));
      }
      assertThrows(PermitStoreException.class, () -> own.store().open(LIMIT));
    }
  }

  @Test
  @DisplayName(
      "A server that is not there, or asks for a password, is refused, and no password is said")
  void refused() throws Exception {
    PermitStoreException nobody =
        assertThrows(
            PermitStoreException.class,
            () -> RedisPermits.at("redis://127.0.0.1:1").password("s3cret").open(LIMIT));
    assertTrue(nobody.getMessage().contains("See if the server runs"), nobody.getMessage());
    assertFalse(nobody.getMessage().contains(".."), nobody.getMessage());
    try (RedisServer closed = RedisServer.start("--requirepass", "s3cret")) {
      RedisPermits wrong = closed.store().password("n0t-s3cret");
      PermitStoreException refused =
          assertThrows(PermitStoreException.class, () -> wrong.open(LIMIT));
      assertTrue(
          refused.getMessage().contains("Mend the user or the password"), refused.getMessage());
      assertFalse((wrong + refused.toString() + refused.getCause()).contains("s3cret"));
      PermitStoreException none =
          assertThrows(PermitStoreException.class, () -> closed.store().open(LIMIT));
      assertTrue(none.getMessage().contains("Mend the user or the password"), none.getMessage());
      closed.store().password("s3cret").open(LIMIT).close();
    }
  }

  @Test
  @DisplayName("A server that quotes what it was sent has no password in messages and their causes")
  void quotingServer() throws Exception {
    try (RedisServer quoting = RedisServer.start("--rename-command", "AUTH", "")) {
      for (RedisPermits store :
          List.of(
              quoting.store().password("s3cret"), quoting.store().user("me").password("s3cret"))) {
        Throwable refused = assertThrows(PermitStoreException.class, () -> store.open(LIMIT));
        assertTrue(refused.getMessage().contains("Leave the password out"), refused.getMessage());
        for (Throwable each = refused; each != null; each = each.getCause()) {
          assertFalse(each.toString().contains("s3cret"), each.toString());
        }
      }
    }
  }

  @Test
  @DisplayName("A replica, and a server of a cluster, are refused, with what to do")
  void notAlone(@TempDir Path directory) throws Exception {
    try (RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1 1");
        RedisServer member =
            RedisServer.start("--cluster-enabled", "yes", "--dir", directory.toString())) {
      assertSays(replica.store(), "use the address of its primary server");
      assertSays(member.store(), "a server of a cluster");
    }
  }

  @Test
  @DisplayName("Servers before version 7 say it in other words")
  void olderServers() {
    String script = "ERR Error running script (call to f_1f2e): @user_script:18: ";
    RedisSession session = new RedisSession(store(), LIMIT);
    String replica =
        session.text(
            new JedisDataException(
                script
                    + "@user_script: 18: -READONLY You can't write against a read only replica."));
    assertTrue(replica.contains("use the address of its primary server"), replica);
    String foreign =
        session.text(
            new JedisDataException(
                script + "WRONGTYPE Operation against a key holding the wrong kind of value"));
    assertTrue(foreign.contains("a value that is not a hash"), foreign);
  }

  private static void assertSays(PermitStore store, String part) {
    String refused = assertThrows(PermitStoreException.class, () -> store.open(LIMIT)).getMessage();
    assertTrue(refused.contains(part), refused);
  }

  @Test
  @DisplayName("A user without a password does not pass for the server's default user")
  void userWithoutPassword() throws Exception {
    try (RedisServer open = RedisServer.start();
        Jedis client = open.client()) {
      client.aclSetUser("limiter", "on", ">s3cret", "~millrace:*", "+@all");
      PermitStoreException refused =
          assertThrows(PermitStoreException.class, () -> open.store().user("limiter").open(LIMIT));
      assertTrue(
          refused.getMessage().contains("Mend the user or the password"), refused.getMessage());
      open.store().user("limiter").password("s3cret").open(LIMIT).close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "http://host",
        "redis://",
        "redis:host",
        "redis://me:s3cret@host",
        "redis://host/two",
        "redis://host/1/2",
        "redis://host?password=s3cret",
        "redis://host:s3cret",
        "redis://host:0",
        "redis://host:70000",
        "redis://host:6379,other:6379",
        "redis://[::1",
        "redis://ho st"
      })
  @DisplayName("An address of another form is refused, with the form, and without a password in it")
  void address(String url) {
    String refused =
        assertThrows(IllegalArgumentException.class, () -> RedisPermits.at(url)).getMessage();
    assertTrue(refused.contains("redis://host:6379"), refused);
    assertFalse(refused.contains("s3cret"), refused);
  }

  @ParameterizedTest
  @CsvSource({
    "redis://host, redis://host:6379/0",
    "redis://host:/, redis://host:6379/0",
    "redis://my_redis.local:7000/12, redis://my_redis.local:7000/12",
    "rediss://10.0.0.1:65535, rediss://10.0.0.1:65535/0",
    "redis://[::1]:7000, redis://[::1]:7000/0"
  })
  @DisplayName(
      "An address may have a name with an underscore, an address of IP, a port, a database")
  void goodAddress(String url, String shown) {
    assertEquals("RedisPermits[" + shown + "]", RedisPermits.at(url).toString());
  }

  @Test
  @DisplayName("Databases of one server have limits of their own")
  void databases() {
    SharedLimit slow = SharedLimit.of("test", RateLimit.perHour(1).burst(10));
    try (Session one = store().open(slow);
        Session other = RedisPermits.at(address() + "/3").open(slow)) {
      one.reserve(10);
      assertEquals(Duration.ZERO, other.reserve(10).lastIn());
    }
  }

  @Test
  @DisplayName("Without Jedis, it is said what to add")
  void withoutJedis() throws Exception {
    URL[] classPath =
        Stream.of(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator))
            .filter(path -> !path.contains("jedis"))
            .map(Path::of)
            .map(RedisPermitsTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = loader.loadClass(RedisPermits.class.getName());
      Class<?> limit = loader.loadClass(SharedLimit.class.getName());
      Class<?> rate = loader.loadClass(RateLimit.TokenBucket.class.getName());
      Object perSecond =
          loader
              .loadClass(RateLimit.class.getName())
              .getMethod("perSecond", double.class)
              .invoke(null, 10.0);
      Object test = limit.getMethod("of", String.class, rate).invoke(null, "test", perSecond);
      Object permits = type.getMethod("at", String.class).invoke(null, "redis://127.0.0.1:1");
      Throwable thrown =
          assertThrows(
                  InvocationTargetException.class,
                  () -> type.getMethod("open", limit).invoke(permits, test))
              .getCause();
      assertTrue(thrown.getMessage().contains("Add redis.clients:jedis"), thrown.toString());
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Test
  @DisplayName("A session that was given up refuses further calls")
  void givenUp() {
    Session session = store().open(LIMIT);
    session.close();
    session.close();
    assertThrows(PermitStoreException.class, session::look);
  }
}
