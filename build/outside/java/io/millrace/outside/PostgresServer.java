package io.millrace.outside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A PostgreSQL server of one's own, in a directory for temporary files, on a port of this machine only. */
public final class PostgresServer implements AutoCloseable {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final Path HOMEBREW = Path.of("/opt/homebrew/bin");

  private final Path programs;
  private final Path directory;
  private final int port;
  private int schemas;

  private PostgresServer(Path programs) throws IOException {
    this.programs = programs;
    directory = Files.createTempDirectory("millrace-postgres");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
  }

  /** Where the server's programs are, if there are any. */
  static Optional<Path> programs() {
    List<Path> places = new ArrayList<>();
    if (Files.isDirectory(DEBIAN)) {
      try (Stream<Path> versions = Files.list(DEBIAN)) {
        versions.sorted(Comparator.reverseOrder()).map(v -> v.resolve("bin")).forEach(places::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    places.add(HOMEBREW);
    return places.stream().filter(place -> Files.exists(place.resolve("initdb"))).findFirst();
  }

  public static PostgresServer start() throws IOException {
    PostgresServer server = new PostgresServer(programs().orElseThrow());
    if (isRoot()) {
      run(List.of("chown", "postgres", server.directory.toString()));
    }
    server.program(
        "initdb", "-D", server.data(), "-A", "trust", "-U", "test", "-E", "UTF8", "--locale=C");
    server.resume();
    return server;
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  public void resume() throws IOException {
    program(
        "pg_ctl",
        "-D",
        data(),
        "-w",
        "-l",
        directory.resolve("log").toString(),
        "-o",
        "-p " + port + " -h 127.0.0.1 -c unix_socket_directories='' -c max_connections=50",
        "start");
  }

  /** As the standby of a server that is gone: it can be asked, and refuses all changes. */
  public void resumeAsStandby() throws IOException {
    Files.createFile(directory.resolve("data").resolve("standby.signal"));
    resume();
  }

  /** Ends it, together with all connections. */
  public void stop(String mode) throws IOException {
    program("pg_ctl", "-D", data(), "-w", "-m", mode, "stop");
  }

  public String url(String schema) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=test&currentSchema=" + schema;
  }

  /** The address of a schema of this server, or of the same one of the other server, if that is not one that can be written to. */
  public String urlAfter(PostgresServer other, String schema) {
    return url(schema).replace("//", "//127.0.0.1:" + other.port + ",");
  }

  public String newSchema() throws SQLException {
    String schema = "test" + ++schemas;
    execute("CREATE SCHEMA " + schema);
    return schema;
  }

  public void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url("public"));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /* The server refuses to run as root. */
  private void program(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
    }
    command.add(programs.resolve(name).toString());
    command.addAll(List.of(arguments));
    run(command);
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static void run(List<String> command) throws IOException {
    Path output = Files.createTempFile("millrace", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (process.waitFor() != 0) {
        throw new IOException(command + ": " + Files.readString(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(output);
    }
  }

  @Override
  public void close() throws IOException {
    stop("immediate");
    run(List.of("rm", "-rf", directory.toString()));
  }
}
