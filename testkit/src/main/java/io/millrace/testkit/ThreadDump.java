package io.millrace.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.management.VirtualThreadSchedulerMXBean;

/**
 * All live threads, virtual ones included: those appear in no API but the JVM's thread dump, which
 * only writes to files.
 */
final class ThreadDump {
  /*
   * A JVM of version 25 can crash if it dumps the carrier of a virtual thread that is just ending (a fault in
   * GetThreadSnapshotClosure, seen once in some ten thousand dumps). After a test that is what threads do: so
   * the dump waits until no carrier is busy; but not for long, as a thread that was left behind may be.
   */
  private static final long MOST_WAIT_NANOS = 50_000_000;

  private static final long PAUSE_NANOS = 250_000;

  private static final VirtualThreadSchedulerMXBean CARRIERS =
      ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);

  private static final Pattern HEADER = Pattern.compile("#(\\d+) \"(.*)\" .*");

  private ThreadDump() {}

  static List<Entry> take() {
    awaitIdleCarriers();
    try {
      Path folder = Files.createTempDirectory("threads");
      Path file = folder.resolve("dump.txt");
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
        return parse(Files.readString(file));
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException error) {
      throw new UncheckedIOException("cannot write a thread dump", error);
    }
  }

  private static void awaitIdleCarriers() {
    long start = System.nanoTime();
    do {
      LockSupport.parkNanos(PAUSE_NANOS);
    } while (areBusy() && System.nanoTime() - start < MOST_WAIT_NANOS);
  }

  private static boolean areBusy() {
    return CARRIERS.getMountedVirtualThreadCount() > 0
        || CARRIERS.getQueuedVirtualThreadCount() > 0;
  }

  static List<Entry> parse(String dump) {
    return Arrays.stream(dump.split("\\R\\R")).flatMap(block -> entry(block).stream()).toList();
  }

  private static Optional<Entry> entry(String block) {
    String text = block.strip();
    Matcher header = HEADER.matcher(text.lines().findFirst().orElse(""));
    return header.matches()
        ? Optional.of(new Entry(Long.parseLong(header.group(1)), header.group(2), text))
        : Optional.empty();
  }

  /**
   * One thread.
   *
   * @param id its number
   * @param name its name, or an empty string
   * @param text name, state and stack
   */
  record Entry(long id, String name, String text) {}
}
