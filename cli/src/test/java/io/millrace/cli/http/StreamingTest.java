package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.Loopback;
import io.millrace.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamingTest {
  private static final byte[] END = new byte[0];
  private final Loopback server = Loopback.start();

  @AfterEach
  void stopServer() {
    server.close();
  }

  /** Gives what was put into a queue, and waits for more. */
  private static final class Paused extends InputStream {
    private final BlockingQueue<byte[]> parts = new LinkedBlockingQueue<>();

    void type(String text) {
      parts.add(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int read() {
      throw new AssertionError("read byte by byte");
    }

    @Override
    public int read(byte[] buffer, int from, int most) throws IOException {
      try {
        byte[] part = parts.take();
        System.arraycopy(part, 0, buffer, from, part.length);
        return part == END ? -1 : part.length;
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
    }
  }

  /** Hands every write on. */
  private static final class Written extends OutputStream {
    private final BlockingQueue<String> parts = new LinkedBlockingQueue<>();

    @Override
    public void write(int octet) {
      throw new AssertionError("written byte by byte");
    }

    @Override
    public void write(byte[] buffer, int from, int count) {
      parts.add(new String(buffer, from, count, StandardCharsets.UTF_8));
    }

    String next() throws InterruptedException {
      String part = parts.poll(20, TimeUnit.SECONDS);
      assertTrue(part != null, "nothing was written");
      return part;
    }
  }

  @Test
  void answersAreWrittenWhileTheInputPauses() throws Exception {
    server.on("/", 200, "hello");
    Paused in = new Paused();
    Written out = new Written();
    FutureTask<Integer> command =
        new FutureTask<>(
            () ->
                Main.run(
                    in,
                    new PrintStream(out, false, StandardCharsets.UTF_8),
                    Cli.utf8(new ByteArrayOutputStream()),
                    "http"));
    Thread.ofVirtual().start(command);
    in.type(server.url("/a") + "\n" + server.url("/b").substring(0, 10));
    assertTrue(out.next().contains("/a"));
    in.type(server.url("/b").substring(10) + "\n" + server.url("/c"));
    assertTrue(out.next().contains("/b"));
    in.parts.add(END);
    assertTrue(out.next().contains("/c"));
    assertEquals(0, command.get(20, TimeUnit.SECONDS));
  }

  @Test
  void inputIsReadOnlyAsFarAsItIsNeeded() {
    server.on("/", (exchange, number) -> server.hang());
    InputStream endless =
        new InputStream() {
          private final byte[] line = (server.url("/") + "\n").getBytes(StandardCharsets.UTF_8);
          private int position;

          @Override
          public int read() {
            return line[position++ % line.length];
          }

          @Override
          public int read(byte[] buffer, int from, int most) {
            for (int index = 0; index < line.length; index++) {
              buffer[from + index] = (byte) read();
            }
            return line.length;
          }
        };
    Cli cli = Cli.run(endless, "http", "--jobs", "2", "--run-timeout", "500ms");
    assertEquals(3, cli.code());
    assertTrue(cli.err().matches("(?s).*nothing read after line [1-4]\\R.*"), cli.err());
  }

  @Test
  void anOutputThatNobodyReadsEndsTheRunQuietly() {
    server.on("/", 200, "hello");
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    String in =
        IntStream.range(0, 1_000)
            .mapToObj(i -> server.url("/" + i))
            .collect(Collectors.joining("\n"));
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(closed, true, StandardCharsets.UTF_8),
            Cli.utf8(err),
            "http",
            "--jobs",
            "2");
    assertEquals(141, code);
    assertEquals("", err.toString(StandardCharsets.UTF_8));
    assertTrue(server.requests().size() < 1_000, "the run went on");
  }

  @DisplayName("M14: --failed has what was under way when nobody read the output any more")
  @Test
  void failedHasWhatWasUnderWay(@TempDir Path directory) throws IOException {
    CountDownLatch hanging = new CountDownLatch(2);
    server.on(
        "/hang",
        (exchange, number) -> {
          hanging.countDown();
          server.hang();
        });
    server.on(
        "/redirect",
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Location", "/hang/on");
          Loopback.send(exchange, 302, "");
        });
    server.on(
        "/ends",
        (exchange, number) -> {
          Loopback.await(hanging);
          Loopback.send(exchange, 200, "hello");
        });
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    Path failed = directory.resolve("failed");
    String in = server.url("/hang") + "\n" + server.url("/redirect") + "\n" + server.url("/ends");
    int code =
        Main.run(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(closed, true, StandardCharsets.UTF_8),
            Cli.utf8(new ByteArrayOutputStream()),
            "http",
            "--failed",
            failed.toString());
    assertEquals(141, code);
    assertEquals(
        Set.of(server.url("/hang"), server.url("/redirect")),
        Set.copyOf(Files.readAllLines(failed)));
  }

  @Test
  void inputThatBreaksIsAFailureAfterWhatWasRead() {
    server.on("/", 200, "hello");
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("disk on fire");
          }
        };
    byte[] start = (server.url("/") + "\n").getBytes(StandardCharsets.UTF_8);
    Cli cli = Cli.run(new SequenceInputStream(new ByteArrayInputStream(start), broken), "http");
    assertEquals(1, cli.code());
    assertEquals("hello", cli.line(1).get("body").stringValue());
    assertEquals(
        "line 2: the input cannot be read further: disk on fire",
        cli.line(2).get("error").stringValue());
  }
}
