package io.millrace.cluster;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;

/** A Redis server of one's own, on a port of this machine only, which keeps nothing on the disk. */
final class RedisServer implements PermitStoreContract.OwnServer {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final List<String> options;
  private final int port;
  private Process process;

  private RedisServer(List<String> options) throws IOException {
    this.options = options;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    resume();
  }

  static RedisServer start(String... options) throws IOException {
    return new RedisServer(List.of(options));
  }

  private static Optional<Path> program() {
    return Stream.of("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
        .map(place -> Path.of(place, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Whether there is one; if not, says so. */
  static boolean isInstalled() {
    boolean isThere = program().isPresent();
    if (!isThere) {
      System.out.println(
          "\n*** Redis is not installed: the tests of limits in Redis are LEFT OUT ***\n");
    }
    return isThere;
  }

  String address() {
    return "redis://127.0.0.1:" + port;
  }

  Jedis client() {
    return new Jedis("127.0.0.1", port);
  }

  @Override
  public RedisPermits store() {
    return RedisPermits.at(address());
  }

  @Override
  public void resume() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program().orElseThrow().toString());
    command.addAll(
        List.of("--port", "" + port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
    command.addAll(options);
    process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    long start = System.nanoTime();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IOException("redis-server does not answer");
      }
      Thread.yield();
    }
  }

  private boolean answers() {
    try (Socket connected = new Socket("127.0.0.1", port)) {
      return connected.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void stop() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
