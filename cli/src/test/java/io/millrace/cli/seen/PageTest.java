package io.millrace.cli.seen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.LeftOut;
import io.millrace.cli.Loopback;
import io.millrace.cli.http.LiveRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of {@code --report} and {@code --ui}, in a browser. Pictures of them are left in {@code target/pages}. */
class PageTest {
  private static final Path PICTURES = Path.of("target/pages");
  private static final int PHONE = 390;
  private static final int SCREEN = 1400;
  private static final int README = 1200;

  @TempDir static Path profile;

  private static Browser browser;

  private final Loopback server = Loopback.start();
  private final CountDownLatch free = new CountDownLatch(1);

  @TempDir Path folder;

  @BeforeAll
  static void start() throws Exception {
    LeftOut.withoutProgram("chromium", "the tests of pages in a browser");
    browser = Browser.start(profile);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void stopServer() {
    free.countDown();
    server.close();
  }

  /* As a person sees it, who reads all and misses nothing. */
  private void assertReadable(String name) throws Exception {
    assertEquals(List.of(), browser.complaints());
    browser.await("document.documentElement.scrollWidth <= innerWidth");
    int height = browser.ask("document.documentElement.scrollHeight").intValue();
    browser.picture(PICTURES.resolve(name + ".png"), height);
  }

  private static String table(String id) throws Exception {
    return browser.text(
        "[...document.querySelectorAll('#"
            + id
            + " tbody tr')].map(r => [...r.cells].map(c => c.textContent).join(' | ')).join('\\n')");
  }

  private static String fact(String name) throws Exception {
    return browser.text(
        "[...document.querySelectorAll('#facts div')].find(d => d.querySelector('dt').textContent === '"
            + name
            + "').querySelector('dd').textContent");
  }

  /* Of each plot, whether something is drawn in it: some points have a colour. */
  private static void assertDrawn(String... plots) throws Exception {
    for (String plot : plots) {
      browser.await(
          "(() => { const c = document.querySelector('#"
              + plot
              + " canvas'); if (!c) return false;"
              + " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
              + " let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n > 500; })()");
    }
  }

  @DisplayName("M16: the page of --report is whole on a phone and a screen, light and dark")
  @Test
  void reportOfHttp() throws Exception {
    server.on(
        "/item",
        (exchange, number) -> {
          takeMillis(5 + exchange.getRequestURI().getPath().hashCode() % 7 * 9);
          Loopback.send(exchange, 200, "fine");
        });
    server.on("/gone", 404, "").on("/broken", 500, "");
    server.on(
        "/busy",
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Retry-After", "1");
          Loopback.send(exchange, number == 1 ? 429 : 200, "");
        });
    Files.write(
        folder.resolve("urls.txt"),
        IntStream.range(0, 320)
            .mapToObj(
                n ->
                    n == 150
                        ? "/busy"
                        : n % 40 == 7 ? "/gone" + n : n % 60 == 9 ? "/broken" + n : "/item" + n)
            .map(server::url)
            .toList());
    Script.in(folder);
    Process run =
        new ProcessBuilder(
                "./millrace",
                "http",
                "--jobs=8",
                "--rate=120/s",
                "--burst=20",
                "--retries=1",
                "--failed=failed.txt",
                "--report=report.html",
                "urls.txt")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    assertTrue(run.waitFor(60, TimeUnit.SECONDS), "it still runs");
    assertEquals(1, run.exitValue(), Files.readString(folder.resolve("out")));
    Path report = folder.resolve("report.html");
    for (int width : new int[] {PHONE, SCREEN}) {
      for (boolean isDark : new boolean[] {false, true}) {
        browser.look(width, isDark);
        browser.open("file://" + report);
        assertEquals("millrace http", browser.text("document.querySelector('h1').textContent"));
        assertEquals("320", fact("done"));
        assertEquals("14", fact("failed"));
        assertTrue(table("failures").startsWith("8 | status 404 | line "), table("failures"));
        assertTrue(table("pauses").startsWith("1 | Retry-After from 127.0.0.1"), table("pauses"));
        assertTrue(table("settings").contains("--rate | 120/s"), table("settings"));
        assertTrue(browser.text("document.getElementById('again').textContent").contains("failed"));
        assertDrawn("done", "latency", "running", "waiting");
        assertReadable("report-" + width + (isDark ? "-dark" : ""));
      }
    }
    browser.look(README, false);
    browser.open("file://" + report);
    assertDrawn("done", "latency", "running", "waiting");
    int end =
        browser
            .ask("Math.floor(document.getElementById('pauses-title').getBoundingClientRect().top)")
            .intValue();
    browser.picture(PICTURES.resolve("readme.webp"), end);
  }

  private static void takeMillis(long time) {
    try {
      var _ = new CountDownLatch(1).await(Math.max(0, time), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @DisplayName("M16: the page of a run of commands has no line that it does not need")
  @Test
  void reportOfRun() throws Exception {
    Path report = folder.resolve("report.html");
    Cli cli =
        Cli.run("0\n3\n3\n", "run", "--report", report.toString(), "--", "sh", "-c", "exit {}");
    assertEquals(1, cli.code(), cli.err());
    browser.look(PHONE, false);
    browser.open("file://" + report);
    assertEquals("millrace run", browser.text("document.querySelector('h1').textContent"));
    assertReadable("report-run");
  }

  @DisplayName("M19: the page of --ui follows the run, and keeps the last numbers when it ends")
  @Test
  void live() throws Exception {
    server.on("/ok", 200, "fine").on("/gone", 404, "");
    server.on(
        "/hang",
        (exchange, number) -> {
          Loopback.await(free);
          Loopback.send(exchange, 200, "late");
        });
    String lines =
        IntStream.range(0, 60)
            .mapToObj(n -> server.url(n < 40 ? "/ok" : n < 45 ? "/gone" : "/hang") + "\n")
            .collect(Collectors.joining());
    LiveRun run = LiveRun.start(lines, "http", "--quiet", "--jobs", "4", "--ui");
    String url = run.url();
    browser.look(PHONE, false);
    browser.open(url);
    browser.await("document.getElementById('ended').textContent === 'running'");
    browser.await("[...document.querySelectorAll('#facts dd')].some(d => d.textContent === '45')");
    assertReadable("live-" + PHONE);
    browser.look(SCREEN, false);
    browser.await("document.querySelector('#done canvas').clientWidth > 500");
    assertReadable("live-" + SCREEN);
    free.countDown();
    browser.await("document.getElementById('ended').textContent !== 'running'");
    assertEquals(1, run.code());
    browser.await("[...document.querySelectorAll('#facts dd')].some(d => d.textContent === '60')");
    assertEquals("5", fact("failed"));
    assertReadable("live-end");
  }
}
