package io.millrace.process;

import io.millrace.process.wire.Connection;
import io.millrace.process.wire.Hello;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where a starting worker finds its parent: a socket in a directory that only this user can enter, and a token that
 * the worker gets on its standard input. All of it is gone when the worker is connected.
 */
final class Rendezvous implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TOKEN_BYTES = 16;

  private final Path directory;
  private final Path socket;
  private final String token;
  private final ServerSocketChannel server;

  /* Who has knocked last. Written by the thread that waits, read by the one that gives up waiting. */
  private volatile @Nullable SocketChannel guest;

  private Rendezvous(Path directory, ServerSocketChannel server) {
    this.directory = directory;
    this.server = server;
    socket = socket(directory);
    byte[] random = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(random);
    token = HexFormat.of().formatHex(random);
  }

  static Rendezvous open() throws IOException {
    // On Unix it is made for this user alone (rwx------); on Windows it is below the user's own
    // one.
    Path directory = Files.createTempDirectory("millrace");
    ServerSocketChannel server = null;
    try {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket(directory)));
      return new Rendezvous(directory, server);
    } catch (IOException | RuntimeException e) {
      if (server != null) {
        closeQuietly(server);
      }
      Files.deleteIfExists(socket(directory));
      Files.deleteIfExists(directory);
      throw e;
    }
  }

  private static Path socket(Path directory) {
    return directory.resolve("socket");
  }

  /** A file that the worker's JVM may read until it is connected. */
  Path arguments() {
    return directory.resolve("arguments");
  }

  /** Tells a worker where to come. The stream stays open: its end means the end of the parent. */
  void invite(OutputStream worker) throws IOException {
    worker.write((socket + "\n" + token + "\n").getBytes(StandardCharsets.UTF_8));
    worker.flush();
  }

  /** Waits for a process; turns others away. */
  Connection await(long process) throws IOException {
    Hello expected = new Hello(token, process);
    while (true) {
      SocketChannel knocking = server.accept();
      guest = knocking;
      Connection connection = new Connection(knocking);
      if (isExpected(connection, expected)) {
        return connection;
      }
      connection.close();
    }
  }

  private boolean isExpected(Connection connection, Hello expected) throws IOException {
    try {
      return server.isOpen() && expected.matches(connection.receive(Hello.MOST_BYTES));
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Ends the waiting, also that for what the one who came has to say. */
  void giveUp() {
    closeQuietly(server);
    SocketChannel knocking = guest;
    if (knocking != null) {
      closeQuietly(knocking);
    }
  }

  private static void closeQuietly(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      // it is of no use any more
    }
  }

  /** Removes all traces; a connection that was made stays. */
  @Override
  public void close() throws IOException {
    closeQuietly(server);
    Files.deleteIfExists(socket);
    Files.deleteIfExists(arguments());
    Files.deleteIfExists(directory);
  }
}
