package io.millrace.process;

import io.millrace.process.wire.Rules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be asked of a pool; {@link ProcessOptions} checks it. Effectively immutable: only
 * {@link #with} writes the fields, before anybody else sees the copy.
 */
final class Settings implements Cloneable {
  private static final int MOST_BYTES = 64 * 1024 * 1024;
  private static final int MOST_DEPTH = 500;

  int processes = Runtime.getRuntime().availableProcessors();
  int maxTasks = Integer.MAX_VALUE;
  RemoteFunction.@Nullable Setup setup;
  List<String> jvmOptions = List.of();

  /** Bytes; null for what the JVM takes by itself. */
  @Nullable Long memoryLimit;

  Map<String, String> environment = Map.of();

  /** Null for that of this process. */
  @Nullable Path directory;

  Rules rules = new Rules(Rules.VALUES_ONLY, MOST_BYTES, MOST_DEPTH);
  Duration startTimeout = Duration.ofMinutes(1);
  Duration grace = Duration.ofSeconds(2);
  WorkerOutput standardOutput = WorkerOutput.inherit();
  WorkerOutput standardError = WorkerOutput.inherit();

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
