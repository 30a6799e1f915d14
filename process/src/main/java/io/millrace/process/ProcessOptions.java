package io.millrace.process;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.process.wire.AllowList;
import io.millrace.process.wire.Rules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * How a {@link ProcessPool} starts its workers, and what may cross to and from them. Immutable,
 * reusable and thread-safe; each method makes a changed copy. Null arguments are refused with a {@link
 * NullPointerException}.
 */
public final class ProcessOptions {
  private static final long LEAST_MEMORY = 2L * 1024 * 1024;

  final Settings settings;

  private ProcessOptions(Settings settings) {
    this.settings = settings;
  }

  private ProcessOptions with(Consumer<Settings> change) {
    return new ProcessOptions(settings.with(change));
  }

  /** As many processes as this machine has cores. */
  public static ProcessOptions of() {
    return new ProcessOptions(new Settings());
  }

  /**
   * At most so many processes.
   *
   * @param processes at least 1
   */
  public static ProcessOptions of(int processes) {
    return of().processes(processes);
  }

  /**
   * How many processes there are at most, including those that are starting or ending.
   *
   * @param processes at least 1; the default is the number of cores
   */
  public ProcessOptions processes(int processes) {
    Require.atLeast("processes", processes, 1);
    return with(copy -> copy.processes = processes);
  }

  /**
   * After how many tasks a process is replaced by a new one, for example because the tasks leak memory.
   *
   * @param tasks at least 1; by default there is no such limit
   */
  public ProcessOptions maxTasksPerWorker(int tasks) {
    Require.atLeast("maxTasksPerWorker", tasks, 1);
    return with(copy -> copy.maxTasks = tasks);
  }

  /** Switches {@link #maxTasksPerWorker} off. */
  public ProcessOptions withoutMaxTasksPerWorker() {
    return with(copy -> copy.maxTasks = Integer.MAX_VALUE);
  }

  /** What each process does once, before its first task. If it fails, the process does not start. */
  public ProcessOptions setup(RemoteFunction.Setup setup) {
    Objects.requireNonNull(setup, "setup");
    return with(copy -> copy.setup = setup);
  }

  /** Switches {@link #setup} off. */
  public ProcessOptions withoutSetup() {
    return with(copy -> copy.setup = null);
  }

  // How a process is started

  /**
   * Options for the JVM of each process, in place of earlier ones. They follow the options of the pool, so
   * they win where the JVM obeys the last one. Options of this JVM are not passed on. They do not appear in
   * the list of processes.
   *
   * @throws IllegalArgumentException if one has the character 0
   */
  public ProcessOptions jvmOptions(String... options) {
    List<String> all = List.of(options);
    if (all.stream().anyMatch(option -> option.contains("\0"))) {
      throw new IllegalArgumentException(
          "jvmOptions has the character 0, which no option can have");
    }
    return with(copy -> copy.jvmOptions = all);
  }

  /**
   * The most heap of each process ({@code -Xmx}); a task that needs more fails with a {@link
   * WorkerDiedException}.
   *
   * @param bytes at least 2 MiB; by default the JVM decides, by the memory of the machine
   */
  public ProcessOptions memoryLimit(long bytes) {
    Require.atLeast("memoryLimit", bytes, LEAST_MEMORY);
    return with(copy -> copy.memoryLimit = bytes);
  }

  /** Switches {@link #memoryLimit} off. */
  public ProcessOptions withoutMemoryLimit() {
    return with(copy -> copy.memoryLimit = null);
  }

  /**
   * Sets an environment variable of the processes.
   *
   * @throws IllegalArgumentException if the name is empty or has a {@code =}, or either has the character 0: no variable can
   */
  public ProcessOptions environment(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    return with(copy -> copy.environment = settings.environment.with(name, value));
  }

  /**
   * Passes on more environment variables of this process. Without this, processes get only what programs need
   * to find files, other programs, the language and the time zone ({@code PATH}, {@code HOME}, {@code USER},
   * {@code LANG}, {@code LC_*}, {@code TZ}, {@code TMPDIR}, {@code LD_LIBRARY_PATH}, {@code JAVA_HOME} and the
   * like), and no others, because those may hold secrets.
   *
   * @param names names of variables; a {@code *} at the end stands for any rest, so {@code "*"} passes on all
   * @throws IllegalArgumentException if one is empty, or has a {@code =}, or a {@code *} before its end
   */
  public ProcessOptions inheritEnvironment(String... names) {
    Environment more = settings.environment.inheriting(List.of(names));
    return with(copy -> copy.environment = more);
  }

  /** Passes on no environment variables of this process, and forgets those that are set. */
  public ProcessOptions withoutEnvironment() {
    return with(copy -> copy.environment = Environment.empty());
  }

  /** The working directory; by default that of this process. */
  public ProcessOptions directory(Path directory) {
    Objects.requireNonNull(directory, "directory");
    return with(copy -> copy.directory = directory);
  }

  /**
   * How long a process may take to start, with its setup; then it is killed, and a task fails with a
   * {@link WorkerStartException}.
   *
   * @param timeout longer than zero; the default is 1 minute
   */
  public ProcessOptions startTimeout(Duration timeout) {
    Require.positive("startTimeout", timeout);
    return with(copy -> copy.startTimeout = timeout);
  }

  /**
   * How long an idle process that is no longer needed may take to end by itself, with its shutdown hooks;
   * then it is killed.
   *
   * @param grace not negative; the default is 2 seconds; a very long one lets {@link ProcessPool#close} wait
   *     as long for a process that does not end
   */
  public ProcessOptions grace(Duration grace) {
    Require.notNegative("grace", grace);
    return with(copy -> copy.grace = grace);
  }

  /** Where the workers' standard output goes; by default, to this process's standard output. */
  public ProcessOptions standardOutput(WorkerOutput output) {
    Objects.requireNonNull(output, "output");
    return with(copy -> copy.standardOutput = output);
  }

  /**
   * Where the workers' standard error goes; by default, to this process's standard error. The last lines
   * are kept for error messages in any case.
   */
  public ProcessOptions standardError(WorkerOutput output) {
    Objects.requireNonNull(output, "output");
    return with(copy -> copy.standardError = output);
  }

  /**
   * How much a task may print to each stream. Further output is dropped, with a line that says so.
   *
   * @param bytes not negative; the default is 10 MiB
   */
  public ProcessOptions maxOutput(long bytes) {
    Require.atLeast("maxOutput", bytes, 0);
    return with(copy -> copy.mostOutput = bytes);
  }

  // What may cross

  /**
   * Allows objects of these classes, and of those they extend, to cross between the processes, beside
   * those that are allowed already. These are always allowed: values and enums of the JDK (strings, numbers,
   * {@code java.math}, {@code java.time}, the collections of {@code java.util} and {@code
   * java.util.concurrent} that call no comparator while they are read, {@code java.net.URI}), exceptions
   * of the module {@code java.base}, arrays of all those, and the class of the function itself. A lambda
   * in a result is allowed only if the class that it is written in is, even if that is a class of the JDK.
   */
  public ProcessOptions allow(Class<?>... types) {
    return allowing(List.of(types).stream().flatMap(t -> AllowList.names(t).stream()).toList());
  }

  /**
   * Allows objects of more classes: {@code com.acme.Order} is that class, {@code com.acme.*} all of that
   * package, {@code com.acme.**} also those of the packages below. Reading an object runs code of its
   * class: allow classes of yours, not whole libraries.
   *
   * @throws IllegalArgumentException for any other pattern
   */
  public ProcessOptions allow(String... patterns) {
    return allowing(Arrays.asList(patterns));
  }

  private ProcessOptions allowing(List<String> patterns) {
    Rules more = settings.rules.allowing(patterns);
    return with(copy -> copy.rules = more);
  }

  /**
   * How large the serial form of a function, an argument or a result may be. What is made of a result may
   * take half of this JVM's heap, divided by the number of processes, whatever this says.
   *
   * @param bytes at least 1,024; the default is 64 MiB
   */
  public ProcessOptions maxMessage(int bytes) {
    Require.atLeast("maxMessage", bytes, 1024);
    Rules rules = settings.rules;
    return with(copy -> copy.rules = new Rules(rules.allowed(), bytes, rules.mostDepth()));
  }

  /**
   * How many objects deep an argument or a result may be nested.
   *
   * @param depth at least 1; the default is 500
   */
  public ProcessOptions maxDepth(int depth) {
    Require.atLeast("maxDepth", depth, 1);
    Rules rules = settings.rules;
    return with(copy -> copy.rules = new Rules(rules.allowed(), rules.mostBytes(), depth));
  }

  /**
   * How long reading an answer may take; then its task fails with a {@link TransferException}. It is
   * checked between objects, so it may take a fraction of a second longer.
   *
   * @param timeout longer than zero; the default is 10 seconds
   */
  public ProcessOptions readTimeout(Duration timeout) {
    Require.positive("readTimeout", timeout);
    return with(copy -> copy.readTimeout = timeout);
  }

  /**
   * How many processes, and what else differs from the defaults. Of the environment it has the names only, and of
   * options of the JVM that there are some, because there may be secrets in them.
   */
  @Override
  public String toString() {
    Settings usual = new Settings();
    return new Shown("ProcessOptions")
        .option("processes", settings.processes, null)
        .option("maxTasksPerWorker", settings.maxTasks, usual.maxTasks)
        .given("setup", settings.setup != null)
        .given("jvmOptions", !settings.jvmOptions.isEmpty())
        .option("memoryLimit", settings.memoryLimit, null)
        .option("environment", settings.environment, usual.environment)
        .option("directory", settings.directory, null)
        .option("startTimeout", settings.startTimeout, usual.startTimeout)
        .option("grace", settings.grace, usual.grace)
        .option("standardOutput", name(settings.standardOutput), name(usual.standardOutput))
        .option("standardError", name(settings.standardError), name(usual.standardError))
        .option("maxOutput", settings.mostOutput, usual.mostOutput)
        .option("allow", new TreeSet<>(settings.rules.allowed().patterns()), Set.of())
        .option("maxMessage", settings.rules.mostBytes(), usual.rules.mostBytes())
        .option("maxDepth", settings.rules.mostDepth(), usual.rules.mostDepth())
        .option("readTimeout", settings.readTimeout, usual.readTimeout)
        .toString();
  }

  private static String name(WorkerOutput output) {
    return switch (output) {
      case WorkerOutput.Inherit _ -> "inherit";
      case WorkerOutput.Discard _ -> "discard";
      case WorkerOutput.Lines _ -> "lines";
    };
  }
}
