package io.millrace.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves something behind:
 *
 * <ul>
 *   <li>the interrupt flag of its thread (it is cleared);
 *   <li>a live thread, platform or virtual, whose name starts with {@code millrace-}; only {@code
 *       millrace-timer}, the shared one of the real clock, may live on;
 *   <li>a {@link ManualClock} with a thread that was announced and has not exited;
 *   <li>a {@link ScriptedAction} with a call that still runs.
 * </ul>
 *
 * <p>What needs a moment to end gets one second of real time. The error names each leak, threads with
 * their stacks; a leak is reported once, so the tests that follow do not fail for it. The check looks
 * at the whole JVM: it is not for tests that run in parallel in one JVM. Virtual threads are found on
 * HotSpot, unless {@code jdk.trackAllThreads} is set to false.
 */
public final class LeakCheck implements AfterEachCallback {
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
  private static final Set<Long> REPORTED = ConcurrentHashMap.newKeySet();

  private final Duration grace;

  /** For JUnit. */
  public LeakCheck() {
    this(GRACE);
  }

  LeakCheck(Duration grace) {
    this.grace = grace;
    Watched.enable();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    check();
  }

  /**
   * The live threads of the library, with their stacks: for the message of a test that hangs.
   *
   * @return empty if there are none
   */
  public static List<String> liveThreads() {
    return ThreadDump.take().stream()
        .filter(thread -> isOurs(thread.name()))
        .map(ThreadDump.Entry::text)
        .toList();
  }

  void check() {
    boolean interrupted = Thread.interrupted();
    List<Leak> leaks = leaksAfterGrace();
    leaks.forEach(leak -> leak.reported().run());
    List<String> problems = new ArrayList<>(leaks.stream().map(Leak::text).toList());
    if (interrupted) {
      problems.addFirst("the interrupt flag of " + Thread.currentThread() + " is set");
    }
    if (!problems.isEmpty()) {
      throw new AssertionError("the test left behind:\n- " + String.join("\n- ", problems));
    }
  }

  private List<Leak> leaksAfterGrace() {
    long start = System.nanoTime();
    List<Object> watched = Watched.all();
    List<Leak> leaks = leaks(watched);
    while (!leaks.isEmpty() && System.nanoTime() - start < grace.toNanos()) {
      LockSupport.parkNanos(PAUSE_NANOS);
      leaks = leaks(watched);
    }
    return leaks;
  }

  private static List<Leak> leaks(List<Object> all) {
    List<Leak> leaks = new ArrayList<>();
    for (ThreadDump.Entry thread : ThreadDump.take()) {
      if (isOurs(thread.name()) && !REPORTED.contains(thread.id())) {
        leaks.add(new Leak("thread " + thread.text(), () -> REPORTED.add(thread.id())));
      }
    }
    for (Object watched : all) {
      leak(watched).ifPresent(text -> leaks.add(new Leak(text, () -> Watched.forget(watched))));
    }
    return leaks;
  }

  private static boolean isOurs(String thread) {
    return thread.startsWith("millrace-") && !thread.equals("millrace-timer");
  }

  private static Optional<String> leak(Object watched) {
    return switch (watched) {
      case ManualClock clock when clock.announced() > 0 ->
          Optional.of("threads that were announced and have not exited: " + clock);
      case ScriptedAction<?, ?> action when action.running() > 0 ->
          Optional.of("running calls: " + action.describeRunning());
      default -> Optional.empty();
    };
  }

  /**
   * Something that a test left.
   *
   * @param text what and where
   * @param reported to be run when it has been reported
   */
  private record Leak(String text, Runnable reported) {}
}
