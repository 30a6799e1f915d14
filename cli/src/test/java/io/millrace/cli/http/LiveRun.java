package io.millrace.cli.http;

import io.millrace.cli.Main;
import io.millrace.cli.watch.LiveClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A call of the command with {@code --ui} that goes on. */
public final class LiveRun {
  private static final long PATIENCE_SECONDS = 60;
  private static final Pattern URL =
      Pattern.compile("http://127\\.0\\.0\\.1:\\d+/[\\w-]{32}/(?=\n)");

  private final CompletableFuture<String> url = new CompletableFuture<>();
  private final CompletableFuture<Integer> code = new CompletableFuture<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private LiveRun() {}

  /** Starts it. */
  public static LiveRun start(String in, String... arguments) {
    LiveRun run = new LiveRun();
    Thread.ofPlatform()
        .name("live-run")
        .start(
            () -> {
              try {
                run.code.complete(
                    Main.run(
                        Map.of(),
                        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(run.out, true, StandardCharsets.UTF_8),
                        new PrintStream(run.new Errors(), true, StandardCharsets.UTF_8),
                        arguments));
              } catch (Throwable broken) {
                run.code.completeExceptionally(broken);
              }
            });
    return run;
  }

  /** The URL of its page, as soon as standard error has it. */
  public String url() throws Exception {
    return url.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Its page, as soon as standard error has the URL. */
  LiveClient client() throws Exception {
    return new LiveClient(url.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  /** The exit code, when it has ended. */
  public int code() throws Exception {
    return code.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  boolean isOver() {
    return code.isDone();
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    synchronized (err) {
      return err.toString(StandardCharsets.UTF_8);
    }
  }

  private final class Errors extends OutputStream {
    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      synchronized (err) {
        err.write(bytes, from, length);
        Matcher found = URL.matcher(err.toString(StandardCharsets.UTF_8));
        if (found.find()) {
          url.complete(found.group());
        }
      }
    }
  }
}
