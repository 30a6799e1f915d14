package io.millrace.matrix;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Which locks and monitors the calling platform thread holds, as the JVM sees it. */
final class HeldLocks {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private HeldLocks() {}

  /** Without those of the JDK's own pools, which hold one for each task, and of input and output. */
  static List<String> now() {
    if (Thread.currentThread().isVirtual()) {
      return List.of();
    }
    long[] self = {Thread.currentThread().threadId()};
    ThreadInfo info = THREADS.getThreadInfo(self, true, true)[0];
    return Stream.<LockInfo>concat(
            Arrays.stream(info.getLockedMonitors()), Arrays.stream(info.getLockedSynchronizers()))
        .map(LockInfo::getClassName)
        .filter(name -> !name.startsWith("java.util.concurrent.ThreadPoolExecutor"))
        .toList();
  }
}
