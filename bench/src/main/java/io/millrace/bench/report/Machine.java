package io.millrace.bench.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where it was measured. */
public final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final long GB = 1L << 30;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Machine() {}

  public static String describe() {
    return "%d cores (%s), %d GB, %s %s, %s %s"
        .formatted(
            SYSTEM.getAvailableProcessors(),
            cpu(),
            Math.round((double) SYSTEM.getTotalMemorySize() / GB),
            SYSTEM.getName(),
            SYSTEM.getVersion(),
            System.getProperty("java.vendor"),
            System.getProperty("java.runtime.version"));
  }

  /** How many threads want to run, averaged over a minute; what is above the cores disturbs. */
  public static String load() {
    double load = SYSTEM.getSystemLoadAverage();
    return load < 0 ? "unknown" : Numbers.text(load);
  }

  /** How long a cache line takes from one core to another and back: it differs from day to day. */
  public static String cacheLine() {
    try {
      return CacheLine.roundTrip();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }

  private static String cpu() {
    if (Files.isReadable(CPU_INFO)) {
      try (Stream<String> lines = Files.lines(CPU_INFO)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(SYSTEM.getArch());
      } catch (IOException unreadable) {
        return SYSTEM.getArch();
      }
    }
    return SYSTEM.getArch();
  }
}
