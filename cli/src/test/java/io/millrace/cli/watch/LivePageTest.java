package io.millrace.cli.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.Streams;
import io.millrace.outcome.Snapshot;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(60)
class LivePageTest {
  /* No buffers of sockets hold this. */
  private static final int MUCH = 16_000_000;

  private static Standing standing() {
    Snapshot none = Monitor.of().snapshot();
    return new Standing(0, 0, 0, 0, OptionalLong.empty(), none, Duration.ofSeconds(1));
  }

  private static final Streams STREAMS =
      Streams.of(
          InputStream.nullInputStream(),
          new PrintStream(OutputStream.nullOutputStream()),
          new PrintStream(OutputStream.nullOutputStream()),
          Map.of());

  private static final Breakdown BREAKDOWN = new Breakdown("test", STREAMS.err(), () -> {});

  private static ReportPage page(String title, Recorder recorder, Supplier<Standing> standing) {
    return new ReportPage(title, Map.of(), Optional.empty(), recorder, standing);
  }

  @Test
  @DisplayName("H36: browsers that do not read hold up neither other ones nor the end")
  void readers() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    LiveClient client;
    CountDownLatch asked = new CountDownLatch(3);
    try (Recorder recorder = Recorder.start(LivePageTest::standing, BREAKDOWN);
        LivePage live =
            LivePage.start(
                page(
                    "x".repeat(MUCH),
                    recorder,
                    () -> {
                      asked.countDown();
                      return standing();
                    }),
                STREAMS,
                BREAKDOWN)) {
      client = new LiveClient(live.url());
      for (int i = 0; i < 3; i++) {
        sockets.add(client.follow());
      }
      asked.await();
      assertTrue(client.ask("GET", "/" + client.token() + "/").body().length() > MUCH);
      live.end("completed");
    }
    assertThrows(IOException.class, () -> client.connect().close());
    for (Socket each : sockets) {
      each.close();
    }
  }

  @Test
  @DisplayName("H36: a page that nobody has ended says so itself, once")
  void ended() throws Exception {
    try (Recorder recorder = Recorder.start(LivePageTest::standing, BREAKDOWN)) {
      LiveClient.Events events;
      try (LivePage live =
          LivePage.start(page("x", recorder, LivePageTest::standing), STREAMS, BREAKDOWN)) {
        events = new LiveClient(live.url()).events();
        assertEquals("state", events.next().name());
      }
      try (events) {
        LiveClient.Event last = events.next();
        while (last.name().equals("state")) {
          last = events.next();
        }
        assertEquals("ended early", last.data().get("ended").stringValue());
      }
    }
  }

  @Test
  @DisplayName("H36: an interrupt of whoever ends it hurries, and stays")
  void interrupted() throws Exception {
    try (Recorder recorder = Recorder.start(LivePageTest::standing, BREAKDOWN)) {
      LivePage live =
          LivePage.start(page("x", recorder, LivePageTest::standing), STREAMS, BREAKDOWN);
      Thread.currentThread().interrupt();
      live.close();
      assertTrue(Thread.interrupted());
      assertThrows(IOException.class, () -> new LiveClient(live.url()).connect().close());
    }
  }

  @Test
  @DisplayName("H35: each page has a token of its own, which its text does not show")
  void tokens() {
    LiveAccess one = LiveAccess.of(1);
    LiveAccess two = LiveAccess.of(1);
    assertEquals(32, one.token().length());
    assertFalse(one.token().equals(two.token()));
    assertFalse(one.toString().contains(one.token()));
  }
}
