package io.millrace.cli.process;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts programs, each in a session of its own, and waits for them. Closing does not end the processes that programs
 * have started and not ended themselves; if this process is killed, all are ended. Thread-safe.
 */
public final class Programs implements AutoCloseable {
  private static final int NEW_SESSION = 0x80;
  private static final int NO_BLOCKED_SIGNALS = 0x08;

  private final Libc libc;
  private final Mark mark;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment attributes = arena.allocate(Libc.LARGEST_TYPE, Long.BYTES);
  private final MemorySegment nothing = arena.allocateFrom("/dev/null");
  private final byte[] runVariable;
  private final long[] inherited;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  /* Programs that run: added by the thread that starts one, read by whoever ends all. */
  private final Set<Integer> running = ConcurrentHashMap.newKeySet();
  private final Guardian guardian;

  private Programs(Libc libc, @Nullable Map<String, String> environment, Set<String> replaced) {
    this.libc = libc;
    this.mark = new Mark(UUID.randomUUID().toString());
    this.runVariable = (Mark.RUN + "=" + mark.run()).getBytes(StandardCharsets.US_ASCII);
    libc.keepEndedChildren(scratch.get().errno);
    libc.initAttributes(scratch.get().errno, attributes, NEW_SESSION | NO_BLOCKED_SIGNALS);
    this.inherited = environment == null ? ofProcess(libc, replaced) : of(environment, replaced);
    this.guardian = Guardian.start(this, mark);
  }

  /**
   * Makes it.
   *
   * @param environment the variables of all programs; null is those of this process, byte for byte
   * @param replaced variables that each program gets a value of its own for
   * @return empty on a system where it cannot work
   */
  public static Optional<Programs> open(
      @Nullable Map<String, String> environment, Set<String> replaced) {
    Set<String> all = new HashSet<>(replaced);
    all.addAll(List.of(Mark.RUN, Mark.ITEM)); // perhaps there is a run around this one
    return Libc.find().map(libc -> new Programs(libc, environment, all));
  }

  private static long[] ofProcess(Libc libc, Set<String> replaced) {
    MemorySegment list = libc.environment();
    GivenLocale locale = GivenLocale.ofProcess();
    LongStream.Builder addresses = LongStream.builder();
    for (long index = 0; list.getAtIndex(ValueLayout.JAVA_LONG, index) != 0; index++) {
      long address = list.getAtIndex(ValueLayout.JAVA_LONG, index);
      String name = name(MemorySegment.ofAddress(address));
      if (!locale.isOfLauncher(name) && !replaced.contains(locale.given(name))) {
        addresses.add(address + name.length() - locale.given(name).length());
      }
    }
    return addresses.build().toArray();
  }

  private long[] of(Map<String, String> environment, Set<String> replaced) {
    return environment.entrySet().stream()
        .map(variable -> variable.getKey() + "=" + variable.getValue())
        .map(arena::allocateFrom)
        .filter(variable -> !replaced.contains(name(variable)))
        .mapToLong(MemorySegment::address)
        .toArray();
  }

  @SuppressWarnings("restricted") // the launcher allows it
  private static String name(MemorySegment variable) {
    String text = variable.reinterpret(Long.MAX_VALUE).getString(0, StandardCharsets.ISO_8859_1);
    return text.substring(0, Math.max(0, text.indexOf('=')));
  }

  /**
   * How long a program may take.
   *
   * @param time until it is asked to end; null is for ever
   * @param grace then, until it is killed
   */
  public record Limits(@Nullable Duration time, Duration grace) {}

  /** What takes what a program prints: pipes to sinks of this process, or files of its own. */
  public sealed interface Printing {
    /** Both streams are read here. */
    record Piped(Sink out, Sink err) implements Printing {}

    /**
     * It writes into files, which are made, and are only for their owner.
     *
     * @param out the path, as bytes
     * @param err the path, as bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    record ToFiles(byte[] out, byte[] err) implements Printing {}
  }

  /**
   * How many open files of this process a program needs: its pipes, itself, and what wakes the thread that waits for it.
   *
   * @param isPiped whether what it prints is read here
   * @param isFed whether it gets something to read
   */
  public static int openFiles(boolean isPiped, boolean isFed) {
    return (isPiped ? 4 : 2) + (isFed ? 2 : 0);
  }

  /**
   * Raises the limit of open files of this process, as far as the system lets it. Programs that are started from now on
   * have the same one.
   */
  public void allowOpenFiles(long wanted) {
    libc.allowOpenFiles(scratch.get().errno, wanted);
  }

  /**
   * Starts a program and waits for its end.
   *
   * @throws InterruptedException if the thread is interrupted; the program and all that it has started are ended before
   * @throws IOException if a sink throws that; the program is ended as well
   */
  public ProgramEnd run(Invocation invocation, Printing printing, Limits limits)
      throws InterruptedException, IOException {
    return new Child(this, invocation, limits).run(printing);
  }

  /** Kills all that runs, now; what is started later is not known. */
  public void killAll() {
    Scratch own = scratch.get();
    running.forEach(pid -> libc.kill(own.errno, -pid, Libc.KILL));
    mark.all().forEach(pid -> libc.kill(own.errno, pid, Libc.KILL));
  }

  Libc libc() {
    return libc;
  }

  Mark mark() {
    return mark;
  }

  Scratch scratch() {
    return scratch.get();
  }

  Set<Integer> running() {
    return running;
  }

  /** Starts a program with what these actions say of its streams; its number, or that of the error, negated. */
  int start(Invocation invocation, boolean isOfRun) {
    Scratch own = scratch.get();
    List<byte[]> variables = isOfRun ? marked(invocation) : invocation.variables();
    Scratch.Strings strings = own.strings(invocation.arguments(), variables, inherited);
    int error =
        libc.spawn(
            own.errno,
            own.number,
            MemorySegment.ofAddress(strings.first().get(ValueLayout.JAVA_LONG, 0)),
            own.actions,
            attributes,
            strings.first(),
            strings.second());
    return error == 0 ? own.number.get(ValueLayout.JAVA_INT, 0) : -error;
  }

  private List<byte[]> marked(Invocation invocation) {
    byte[] item = (Mark.ITEM + "=" + invocation.mark()).getBytes(StandardCharsets.US_ASCII);
    return Stream.concat(Stream.of(runVariable, item), invocation.variables().stream()).toList();
  }

  /** What programs read that get nothing to read. */
  MemorySegment nothing() {
    return nothing;
  }

  @Override
  public void close() {
    guardian.close();
  }
}
