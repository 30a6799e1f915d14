package io.millrace.cli.limit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Debian's nginx on the loopback interface, with a limit. What it did stands in its own log. */
final class Nginx implements AutoCloseable {
  private static final int TRIES = 20;
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 10_000; // below those that the system gives to clients

  private final Path folder;
  private final Process process;
  private final int port;

  private Nginx(Path folder, Process process, int port) {
    this.folder = folder;
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it.
   *
   * @param program where it is
   * @param limit the words behind {@code limit_req zone=all} that say what is refused
   * @param retryAfter whether refusals have a {@code Retry-After: 1}
   */
  static Nginx start(String program, Path folder, int perSecond, String limit, boolean retryAfter)
      throws Exception {
    Files.deleteIfExists(folder.resolve("access.log")); // of the one before
    for (int i = 0; i < TRIES; i++) {
      int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
      Path configuration = folder.resolve("nginx.conf");
      Files.writeString(configuration, configuration(folder, port, perSecond, limit, retryAfter));
      Process process =
          new ProcessBuilder(program, "-c", configuration.toString(), "-p", folder.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("nginx.out").toFile())
              .start();
      if (isUp(process, folder.resolve("nginx.pid"))) {
        return new Nginx(folder, process, port);
      }
    }
    throw new AssertionError(Files.readString(folder.resolve("error.log")));
  }

  /* It says its id as soon as it listens, and ends by itself if somebody else has the port. */
  private static boolean isUp(Process process, Path itsId) throws Exception {
    while (!process.waitFor(1, TimeUnit.MILLISECONDS)) {
      if (Files.exists(itsId) && Files.size(itsId) > 0) {
        return true;
      }
    }
    return false;
  }

  private static String configuration(
      Path folder, int port, int perSecond, String limit, boolean retryAfter) {
    return """
        daemon off;
        worker_processes 1;
        pid %1$s/nginx.pid;
        error_log %1$s/error.log crit;
        events { worker_connections 1024; }
        http {
          log_format times '$msec $status';
          access_log %1$s/access.log times;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          limit_req_zone $server_port zone=all:1m rate=%3$dr/s;
          limit_req_status 429;
          server {
            listen 127.0.0.1:%2$d backlog=1024;
            location / {
              limit_req zone=all %4$s;
              %5$s
              try_files /nothing @answer;
            }
            location @answer { return 200 "fine\\n"; }
            location @later { add_header Retry-After 1 always; return 429 "later\\n"; }
          }
        }
        """
        .formatted(folder, port, perSecond, limit, retryAfter ? "error_page 429 = @later;" : "");
  }

  String url(int item) {
    return "http://127.0.0.1:" + port + "/" + item;
  }

  ServerLog log() throws IOException {
    return ServerLog.of(
        Files.readAllLines(folder.resolve("access.log")).stream()
            .map(line -> line.split(" "))
            .map(words -> new ServerLog.Entry(Double.parseDouble(words[0]), words[1].equals("200")))
            .toList());
  }

  @Override
  public void close() throws IOException {
    process.destroy(); // its worker ends with it
    boolean isInterrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException later) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
