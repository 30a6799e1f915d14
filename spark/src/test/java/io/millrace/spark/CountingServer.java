package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/** Counts calls. Items that end in 13 are not there; those that end in 7 are refused at first. */
final class CountingServer implements AutoCloseable {
  final AtomicIntegerArray calls;
  final LongAdder refused = new LongAdder();
  private final CountDownLatch toKill;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile int stuck = -1;
  private final HttpServer server;

  /** Counts for so many items, of which the first calls come before the kill. */
  CountingServer(int items, int callsBeforeTheKill) throws Exception {
    calls = new AtomicIntegerArray(items);
    toKill = new CountDownLatch(callsBeforeTheKill);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          int item = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
          int call = calls.incrementAndGet(item);
          toKill.countDown();
          if (item == stuck && call == 1) {
            awaitClosing();
          }
          int status = item % 100 == 13 ? 404 : item % 10 == 7 && call == 1 ? 503 : 200;
          if (status == 503) {
            refused.increment();
          }
          byte[] body = ("answer " + item).getBytes();
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  private void awaitClosing() {
    try {
      closing.await();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** The first call for this item gets no answer. */
  void stickAt(int item) {
    stuck = item;
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Calls beyond the one, or the two, that each item needs. */
  long repeated() {
    return IntStream.range(0, calls.length()).mapToLong(calls::get).sum()
        - calls.length()
        - refused.sum();
  }

  boolean hasCalledAll() {
    return IntStream.range(0, calls.length()).allMatch(item -> calls.get(item) > 0);
  }

  void awaitKill() throws InterruptedException {
    toKill.await();
  }

  /** Kills so many executors when the calls have been made. */
  Thread killing(int executors) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                toKill.await();
                List<ProcessHandle> running = Cluster.executors();
                assertEquals(Cluster.WORKERS, running.size());
                running.stream().limit(executors).forEach(ProcessHandle::destroyForcibly);
              } catch (InterruptedException ended) {
                // the test has failed
              }
            });
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
  }
}
