package io.millrace.cli.process;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What is called of the C library of Linux. Thread-safe.
 *
 * <p>All arguments are whole numbers and addresses, each in a register of its own, and a function does not look at
 * registers that it does not know. So one shape of call does for all, which halves the time that linking takes.
 */
@SuppressWarnings("restricted") // the launcher allows it
final class Libc {
  /* The same numbers on all machines that run Linux in 64 bits, but MIPS, SPARC and Alpha. */
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int TERM = 15;
  static final int KILL = 9;
  static final int CLOSE_ON_EXEC = 0x80000;
  private static final long PIDFD_OPEN = 434;

  /** The largest of the types that the library fills: attributes, actions, sets of signals. */
  static final int LARGEST_TYPE = 1 << 10;

  private static final MemoryLayout ERRNO = Linker.Option.captureStateLayout();
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);

  private final Linker linker = Linker.nativeLinker();
  private final MethodHandle spawn = function("posix_spawnp");
  private final MethodHandle initActions = function("posix_spawn_file_actions_init");
  private final MethodHandle destroyActions = function("posix_spawn_file_actions_destroy");
  private final MethodHandle addDup = function("posix_spawn_file_actions_adddup2");
  private final MethodHandle addOpen = function("posix_spawn_file_actions_addopen");
  private final MethodHandle addCloseFrom = function("posix_spawn_file_actions_addclosefrom_np");
  private final MethodHandle initAttributes = function("posix_spawnattr_init");
  private final MethodHandle setFlags = function("posix_spawnattr_setflags");
  private final MethodHandle pipe = function("pipe2");
  private final MethodHandle close = function("close");
  private final MethodHandle read = function("read");
  private final MethodHandle write = function("write");
  private final MethodHandle poll = function("poll");
  private final MethodHandle waitFor = function("waitpid");
  private final MethodHandle kill = function("kill");
  private final MethodHandle control = function("fcntl");
  private final MethodHandle systemCall = function("syscall");
  private final MethodHandle event = function("eventfd");
  private final MethodHandle open = function("open");
  private final MethodHandle handle = function("signal");

  private Libc() {}

  /** The library; empty where there is none like it. */
  static Optional<Libc> find() {
    String system = System.getProperty("os.name", "");
    if (!system.equals("Linux") || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Libc());
    } catch (NoSuchElementException | UnsupportedOperationException tooOld) {
      return Optional.empty();
    }
  }

  private MethodHandle function(String name) {
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), SHAPE, Linker.Option.captureCallState("errno"));
  }

  /** The layout of what {@link #errno} reads. */
  static MemoryLayout errnoLayout() {
    return ERRNO;
  }

  /** Why the last call that got this segment has failed. */
  static int errno(MemorySegment state) {
    return state.get(ValueLayout.JAVA_INT, 0);
  }

  /** Where the variables of this process are, as a list of addresses that ends with zero. */
  MemorySegment environment() {
    return linker
        .defaultLookup()
        .findOrThrow("environ")
        .reinterpret(ValueLayout.ADDRESS.byteSize())
        .get(ValueLayout.ADDRESS, 0)
        .reinterpret(Long.MAX_VALUE);
  }

  /** Starts a program; 0, or the number of the error. */
  int spawn(
      MemorySegment errno,
      MemorySegment pid,
      MemorySegment file,
      MemorySegment actions,
      MemorySegment attributes,
      MemorySegment arguments,
      MemorySegment environment) {
    return (int)
        call(
            spawn,
            errno,
            pid.address(),
            file.address(),
            actions.address(),
            attributes.address(),
            arguments.address(),
            environment.address());
  }

  void initActions(MemorySegment errno, MemorySegment actions) {
    call(initActions, errno, actions.address(), 0, 0, 0, 0, 0);
  }

  void destroyActions(MemorySegment errno, MemorySegment actions) {
    call(destroyActions, errno, actions.address(), 0, 0, 0, 0, 0);
  }

  void addDup(MemorySegment errno, MemorySegment actions, int from, int to) {
    call(addDup, errno, actions.address(), from, to, 0, 0, 0);
  }

  /** The program opens a file for reading. */
  void addOpen(MemorySegment errno, MemorySegment actions, int descriptor, MemorySegment path) {
    call(addOpen, errno, actions.address(), descriptor, path.address(), 0, 0, 0);
  }

  void addCloseFrom(MemorySegment errno, MemorySegment actions, int first) {
    call(addCloseFrom, errno, actions.address(), first, 0, 0, 0, 0);
  }

  void initAttributes(MemorySegment errno, MemorySegment attributes, int flags) {
    call(initAttributes, errno, attributes.address(), 0, 0, 0, 0, 0);
    call(setFlags, errno, attributes.address(), flags, 0, 0, 0, 0);
  }

  /** Makes a pipe that programs do not inherit; 0, or -1. */
  int pipe(MemorySegment errno, MemorySegment both) {
    return (int) call(pipe, errno, both.address(), CLOSE_ON_EXEC, 0, 0, 0, 0);
  }

  void close(MemorySegment errno, int descriptor) {
    call(close, errno, descriptor, 0, 0, 0, 0, 0);
  }

  long read(MemorySegment errno, int descriptor, MemorySegment into) {
    return call(read, errno, descriptor, into.address(), into.byteSize(), 0, 0, 0);
  }

  long write(MemorySegment errno, int descriptor, MemorySegment from) {
    return call(write, errno, descriptor, from.address(), from.byteSize(), 0, 0, 0);
  }

  int poll(MemorySegment errno, MemorySegment descriptors, int count, int millis) {
    return (int) call(poll, errno, descriptors.address(), count, millis, 0, 0, 0);
  }

  /** Waits for the end of a child; its status, as the system has it. */
  int reap(MemorySegment errno, int pid, MemorySegment status) {
    while (true) {
      int reaped = (int) call(waitFor, errno, pid, status.address(), 0, 0, 0, 0);
      if (reaped == pid) {
        return status.get(ValueLayout.JAVA_INT, 0);
      }
      if (errno(errno) != EINTR) {
        throw new IllegalStateException("waitpid " + pid + ": errno " + errno(errno));
      }
    }
  }

  /** Sends a signal to a process, or to a group whose number is negated. */
  void kill(MemorySegment errno, long target, int signal) {
    call(kill, errno, target, signal, 0, 0, 0, 0);
  }

  /** Reads and writes of the descriptor do not wait any more. */
  void doNotBlock(MemorySegment errno, int descriptor) {
    int setFlags = 4;
    int nonBlocking = 0x800;
    call(control, errno, descriptor, setFlags, nonBlocking, 0, 0, 0);
  }

  /** A descriptor that becomes readable when the process ends, or -1. */
  int openProcess(MemorySegment errno, int pid) {
    return (int) call(systemCall, errno, PIDFD_OPEN, pid, 0, 0, 0, 0);
  }

  /** A descriptor that becomes readable when 8 bytes with a number are written to it. */
  int openEvent(MemorySegment errno) {
    return (int) call(event, errno, 0, CLOSE_ON_EXEC, 0, 0, 0, 0);
  }

  /** Children that end wait to be reaped, also if whoever started this process has switched that off. */
  void keepEndedChildren(MemorySegment errno) {
    int childEnded = 17;
    int usual = 0;
    call(handle, errno, childEnded, usual, 0, 0, 0, 0);
  }

  /** Makes a file that is not there yet, for writing, and only for its owner; -1 if it cannot. */
  int create(MemorySegment errno, MemorySegment path) {
    int createNewForWriting = 0xc1;
    int owner = 0x180;
    return (int)
        call(open, errno, path.address(), createNewForWriting | CLOSE_ON_EXEC, owner, 0, 0, 0);
  }

  /** Lets this process, and what it starts from now on, have so many open files, as far as it may raise that itself. */
  void allowOpenFiles(MemorySegment errno, long wanted) {
    int openFiles = 7;
    MethodHandle limits = function("prlimit"); // most runs need it not
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(ValueLayout.JAVA_LONG, 2);
      if ((int) call(limits, errno, 0, openFiles, 0, both.address(), 0, 0) == 0) {
        long most = both.getAtIndex(ValueLayout.JAVA_LONG, 1);
        boolean isAllowed = Long.compareUnsigned(wanted, most) <= 0;
        both.setAtIndex(ValueLayout.JAVA_LONG, 0, isAllowed ? wanted : most);
        call(limits, errno, 0, openFiles, both.address(), 0, 0, 0);
      }
    }
  }

  private static long call(
      MethodHandle function, MemorySegment errno, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) function.invokeExact(errno, a, b, c, d, e, f);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable never) {
      throw new IllegalStateException(never);
    }
  }
}
