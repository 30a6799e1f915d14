package io.millrace.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the command is trained with when it is built: the JVM writes down which classes and methods it used,
 * so that the command starts sooner.
 */
final class Training {
  private static final int LINES = 5_000;
  private static final int COMMANDS = 300;

  private Training() {}

  /** Runs the command against a server of its own. */
  public static void main(String[] args) throws IOException {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(anyPort, 0);
    byte[] answer = "{\"some\": \"answer\"}".repeat(12).getBytes(StandardCharsets.UTF_8);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              exchange.getRequestBody().readAllBytes();
              exchange.getResponseHeaders().set("Content-Type", "application/json");
              exchange.sendResponseHeaders(200, answer.length);
              exchange.getResponseBody().write(answer);
            }
          });
      server.start();
      try {
        train("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      } finally {
        server.stop(0); // or else it would keep the JVM alive
      }
    }
    run("", "--version");
    run("", "run", "--help");
    run(numbers(), "run", "--jobs", "8", "--", "true");
    run(numbers(), "run", "--ordered", "--", "/bin/echo", "{}");
    var _ = QuickExit.quick(); // made, and not called
  }

  private static void train(String url) throws IOException {
    run("", "http", "--help");
    run(urls(url), "http", "--jobs", "64", "--rate", "100000/s", "--per-host", "64");
    run(objects(url), "http", "--ordered");
    survive(url);
  }

  private static String numbers() {
    return IntStream.range(0, COMMANDS)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining("\n"));
  }

  private static void survive(String url) throws IOException {
    Path folder = Files.createTempDirectory("millrace-training");
    String checkpoint = folder.resolve("checkpoint").toString();
    run(objects(url), "http", "--checkpoint", checkpoint);
    run(objects(url), "http", "--checkpoint", checkpoint);
    run("", "info", checkpoint);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static String urls(String url) {
    return IntStream.range(0, LINES).mapToObj(i -> url + i).collect(Collectors.joining("\n"));
  }

  private static String objects(String url) {
    return IntStream.range(0, LINES)
        .mapToObj(i -> "{\"id\": \"" + i + "\", \"url\": \"" + url + "\", \"body\": {\"a\": 1}}")
        .collect(Collectors.joining("\n"));
  }

  private static void run(String in, String... args) {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    Main.run(
        Map.of(),
        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
        nowhere,
        nowhere,
        args);
  }
}
