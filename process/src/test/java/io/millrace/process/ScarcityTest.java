package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pool keeps of its promises in a process, a JVM of its own here, that has no descriptor or memory left. */
class ScarcityTest {
  @TempDir private Path temp;

  private List<String> printedBy(String mode) throws Exception {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    java.addAll(List.of("-Xmx128m", "-XX:-MaxFDLimit", "-Djava.io.tmpdir=" + temp));
    java.addAll(List.of("-cp", System.getProperty("java.class.path")));
    java.addAll(List.of(Program.class.getName(), mode));
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n 300; exec \"$@\"", "sh"));
    limited.addAll(java);
    Path printed = temp.resolve("printed");
    Process program =
        new ProcessBuilder(limited)
            .redirectOutput(printed.toFile())
            .redirectError(Redirect.DISCARD)
            .start();
    try {
      boolean hasEnded = program.waitFor(Quiet.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      List<String> lines = Files.readAllLines(printed);
      assertEquals(true, hasEnded, () -> "it hangs, and has printed " + lines);
      return lines;
    } finally {
      program.descendants().forEach(ProcessHandle::destroyForcibly);
      program.destroyForcibly();
    }
  }

  @Test
  @DisplayName("P8: a pool closes without a descriptor left: every worker ends, and every call")
  void closesWithoutDescriptors() throws Exception {
    assertEquals(List.of("closed", "closed again", "ended: 3", "left: 0"), printedBy("close"));
  }

  @Test
  @DisplayName("P8: callers hear of the end of their workers, if there is no descriptor left")
  void callersHearWithoutDescriptors() throws Exception {
    assertEquals(List.of("ended: 3", "left: 0"), printedBy("die"));
  }

  @Test
  @DisplayName("P5: an answer for which there is no memory costs its task, and not the next one")
  void answersWithoutMemory() throws Exception {
    assertEquals(List.of("OutOfMemoryError", "1", "OutOfMemoryError", "2"), printedBy("memory"));
  }

  /** Takes all that there is of something. */
  static final class Program {
    private static final int WORKERS = 3;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int LOADING = 2;
    private static final AtomicInteger ENDED = new AtomicInteger();

    private static final int TAKERS = 2;

    private final Queue<InputStream> open = new ConcurrentLinkedQueue<>();
    private volatile boolean isEnough;
    private final Deque<byte[]> heap = new ArrayDeque<>();

    private Program() {}

    public static void main(String[] args) throws Exception {
      var program = new Program();
      switch (args[0]) {
        case "close" -> program.close();
        case "die" -> program.die();
        default -> program.answer();
      }
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }

    /* So that no class has to be read from a file later. */
    private static void loadClasses() throws Exception {
      ProcessPool pool = ProcessPool.open(Quiet.workers(2));
      pool.startAll();
      File file = File.createTempFile("held", "");
      Thread caller = calling(pool, file, new ArrayList<>());
      awaitCalls(List.of(caller));
      delete(file);
      caller.join();
      pool.startAll();
      caller = calling(pool, File.createTempFile("held", ""), new ArrayList<>());
      awaitCalls(List.of(caller));
      pool.close();
      caller.join();
    }

    /** Calls what ends its worker as soon as a file is gone: to delete it takes no descriptor. */
    private static Thread calling(ProcessPool pool, File file, List<Thread> callers) {
      String path = file.getPath();
      Thread caller =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      pool.call(
                          () -> {
                            while (new File(path).exists()) {
                              LockSupport.parkNanos(10_000_000);
                            }
                            Runtime.getRuntime().halt(7);
                            return 0;
                          });
                    } catch (WorkerDiedException | CancellationException ended) {
                      ENDED.incrementAndGet();
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  });
      callers.add(caller);
      return caller;
    }

    private static void delete(File file) {
      if (!file.delete()) {
        throw new AssertionError("it cannot be deleted: " + file);
      }
    }

    /* All, and whatever is closed from then on. */
    private void takeDescriptors() throws InterruptedException {
      CountDownLatch taken = new CountDownLatch(TAKERS);
      for (int i = 0; i < TAKERS; i++) {
        Thread.ofPlatform().daemon().start(() -> takeDescriptors(taken));
      }
      taken.await();
    }

    private void takeDescriptors(CountDownLatch taken) {
      while (!isEnough) {
        try {
          open.add(new FileInputStream("/dev/null"));
        } catch (IOException none) {
          taken.countDown();
        }
      }
    }

    private void giveDescriptors() throws IOException {
      isEnough = true;
      for (InputStream each : open) {
        each.close();
      }
    }

    private void close() throws Exception {
      loadClasses();
      ProcessPool pool = ProcessPool.open(Quiet.workers(WORKERS));
      List<ProcessHandle> workers = start(pool);
      File file = File.createTempFile("held", "");
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        calling(pool, file, callers);
      }
      awaitCalls(callers);
      takeDescriptors();
      print("closed", pool);
      print("closed again", pool);
      ended(callers);
      giveDescriptors();
      left(workers);
    }

    private static void print(String done, ProcessPool pool) throws InterruptedException {
      Thread closing =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      pool.close();
                      System.out.println(done);
                    } catch (RuntimeException e) {
                      System.out.println(e);
                    }
                  });
      if (!closing.join(LONG)) {
        System.out.println("not " + done);
      }
    }

    private void die() throws Exception {
      loadClasses();
      ProcessPool pool = ProcessPool.open(Quiet.workers(WORKERS));
      List<ProcessHandle> workers = start(pool);
      File file = File.createTempFile("held", "");
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        calling(pool, file, callers);
      }
      awaitCalls(callers);
      takeDescriptors();
      delete(file);
      ended(callers);
      giveDescriptors();
      left(workers);
    }

    private static List<ProcessHandle> start(ProcessPool pool) throws InterruptedException {
      pool.startAll();
      return pool.processes().stream().flatMap(id -> ProcessHandle.of(id).stream()).toList();
    }

    /* Each reads, that is to say its worker has the task. */
    private static void awaitCalls(List<Thread> callers) {
      while (!callers.stream().allMatch(Program::isReading)) {
        Thread.onSpinWait();
      }
    }

    private static boolean isReading(Thread caller) {
      return Stream.of(caller.getStackTrace())
          .anyMatch(frame -> frame.getMethodName().equals("receive"));
    }

    private static void ended(List<Thread> callers) throws InterruptedException {
      for (Thread caller : callers) {
        var _ = caller.join(LONG);
      }
      System.out.println("ended: " + (ENDED.get() - LOADING));
    }

    private static void left(List<ProcessHandle> workers) {
      System.out.println("left: " + workers.stream().filter(ProcessHandle::isAlive).count());
    }

    private void answer() throws Exception {
      try (ProcessPool pool = ProcessPool.open(Quiet.workers(1))) {
        pool.startAll();
        for (int round = 1; round <= 2; round++) {
          int number = round;
          takeMemory();
          try {
            System.out.println(pool.call(() -> new byte[24_000_000]).length);
          } catch (OutOfMemoryError expected) {
            System.out.println("OutOfMemoryError");
          }
          System.out.println(pool.<Integer>call(() -> number));
        }
      }
    }

    /* All but a little. */
    private void takeMemory() {
      try {
        while (true) {
          heap.push(new byte[1 << 20]);
        }
      } catch (OutOfMemoryError full) {
        for (int i = 0; i < 20; i++) {
          heap.pop();
        }
      }
    }
  }
}
