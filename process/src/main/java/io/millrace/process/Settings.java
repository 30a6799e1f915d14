package io.millrace.process;

import io.millrace.process.wire.Limits;
import io.millrace.process.wire.Rules;
import io.millrace.process.wire.WorkerRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be asked of a pool; {@link ProcessOptions} checks it. Effectively immutable: only
 * {@link #with} writes the fields, before anybody else sees the copy.
 */
final class Settings implements Cloneable {
  private static final int MOST_BYTES = 64 * 1024 * 1024;
  private static final int MOST_DEPTH = 500;
  private static final long MOST_OUTPUT = 10L * 1024 * 1024;

  int processes = Runtime.getRuntime().availableProcessors();
  int maxTasks = Integer.MAX_VALUE;
  RemoteFunction.@Nullable Setup setup;
  List<String> jvmOptions = List.of();

  /** Bytes; null for what the JVM takes by itself. */
  @Nullable Long memoryLimit;

  Environment environment = Environment.USUAL;

  /** Null for that of this process. */
  @Nullable Path directory;

  Rules rules = new Rules(Rules.VALUES_ONLY, MOST_BYTES, MOST_DEPTH);
  Duration startTimeout = Duration.ofMinutes(1);
  Duration readTimeout = Duration.ofSeconds(10);
  Duration grace = Duration.ofSeconds(2);

  /** Bytes, of each stream and each task. */
  long mostOutput = MOST_OUTPUT;

  WorkerOutput standardOutput = WorkerOutput.inherit();
  WorkerOutput standardError = WorkerOutput.inherit();

  /** What reading an answer may take: its worker's share of half of the heap. */
  Limits limits() {
    return new Limits(Runtime.getRuntime().maxMemory() / 2 / processes, readTimeout);
  }

  /** The rules of the workers, which refuse a result that would be refused here. */
  WorkerRules rulesOfWorkers() {
    return new WorkerRules(
        new Rules(rules.allowed(), (int) mostResultBytes(), rules.mostDepth()),
        limits().description());
  }

  private long mostResultBytes() {
    return Math.min(rules.mostBytes(), limits().memory() / 2);
  }

  /** How large an answer may be, with the description of an exception beside it: less than its worker's share. */
  long mostAnswerBytes() {
    return mostResultBytes() + limits().description();
  }

  Settings with(Consumer<Settings> change) {
    try {
      Settings copy = (Settings) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
