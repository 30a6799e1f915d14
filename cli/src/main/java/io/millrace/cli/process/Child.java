package io.millrace.cli.process;

import io.millrace.cli.process.Programs.Limits;
import io.millrace.cli.process.Programs.Printing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One program, from its start to its end. One thread does it all: it starts the program, reads its pipes, feeds it, and
 * watches its time and its own interrupts, all in one call of {@code poll}. The system does not give the number of the
 * program to another one before it is reaped, which is the last thing that happens: so no signal hits a stranger.
 */
final class Child {
  private static final int OUT = 0;
  private static final int ERR = 1;
  private static final int END = 2;
  private static final int WAKE = 3;
  private static final int IN = 4;

  private static final short READABLE = 1;
  private static final short WRITABLE = 4;
  private static final long MOST_MILLIS = Integer.MAX_VALUE;

  /* How long what it has left behind may write into its pipes, and how much of that is read. */
  private static final long LINGER_NANOS = Duration.ofMillis(200).toNanos();
  private static final long MOST_AFTER_END = 1 << 20;

  /* How often to look whether all that it started has followed it. */
  private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(20).toNanos();

  /* How long processes that were killed are looked for. */
  private static final long MOST_KILLING_NANOS = Duration.ofSeconds(2).toNanos();

  private final Programs programs;
  private final Libc libc;
  private final Scratch own;
  private final Invocation invocation;
  private final Limits limits;

  private int pid;
  private int fed;
  private Phase phase = Phase.RUNNING;
  private long deadlineNanos;
  private boolean isInterrupted;
  private boolean hasEnded;
  private long readAfterEnd;

  private enum Phase {
    RUNNING,
    /** It was asked to end. */
    ENDING,
    KILLED
  }

  Child(Programs programs, Invocation invocation, Limits limits) {
    this.programs = programs;
    this.libc = programs.libc();
    this.own = programs.scratch();
    this.invocation = invocation;
    this.limits = limits;
  }

  ProgramEnd run(Printing printing) throws InterruptedException, IOException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    for (int index = 0; index < Scratch.POLLED; index++) {
      descriptor(index, -1);
    }
    try {
      int started = start(printing);
      if (started == -Libc.EAGAIN && Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (started < 0) {
        return ProgramEnd.ofError(-started);
      }
      pid = started;
      programs.running().add(pid);
      return untilEnd(printing);
    } finally {
      for (int index = 0; index < Scratch.POLLED; index++) {
        closed(index);
      }
    }
  }

  /* The number of the program, or that of the error, negated. */
  private int start(Printing printing) {
    int[] theirs = {-1, -1, -1};
    libc.initActions(own.errno, own.actions);
    try {
      int error =
          switch (printing) {
            case Printing.Piped _ -> pipes(theirs);
            case Printing.ToFiles(var out, var err) -> {
              theirs[1] = create(out);
              theirs[2] = theirs[1] < 0 ? -1 : create(err);
              yield theirs[2] < 0 ? Libc.errno(own.errno) : 0;
            }
          };
      if (error == 0) {
        error = input(theirs);
      }
      if (error != 0) {
        return -error;
      }
      libc.addDup(own.errno, own.actions, theirs[1], 1);
      libc.addDup(own.errno, own.actions, theirs[2], 2);
      libc.addCloseFrom(own.errno, own.actions, 3);
      return startWhenThereIsRoom();
    } finally {
      libc.destroyActions(own.errno, own.actions);
      for (int each : theirs) {
        if (each >= 0) {
          libc.close(own.errno, each);
        }
      }
    }
  }

  /* Where no more processes are allowed, the end of another program makes room, as for xargs. */
  private int startWhenThereIsRoom() {
    int started = programs.start(invocation, true);
    while (started == -Libc.EAGAIN
        && !programs.running().isEmpty()
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      started = programs.start(invocation, true);
    }
    return started;
  }

  private int create(byte[] path) {
    MemorySegment name = own.buffer.asSlice(0, path.length + 1L);
    MemorySegment.copy(path, 0, name, ValueLayout.JAVA_BYTE, 0, path.length);
    name.set(ValueLayout.JAVA_BYTE, path.length, (byte) 0);
    return libc.create(own.errno, name);
  }

  /* Pipes from the program to this process; 0, or the number of the error. */
  private int pipes(int[] theirs) {
    for (int index = OUT; index <= ERR; index++) {
      if (libc.pipe(own.errno, own.number) != 0) {
        return Libc.errno(own.errno);
      }
      descriptor(index, own.number.get(ValueLayout.JAVA_INT, 0));
      events(index, READABLE);
      theirs[1 + index] = own.number.get(ValueLayout.JAVA_INT, Integer.BYTES);
    }
    return 0;
  }

  private int input(int[] theirs) {
    if (invocation.standardInput() == null) {
      libc.addOpen(own.errno, own.actions, 0, programs.nothing());
      return 0;
    }
    if (libc.pipe(own.errno, own.number) != 0) {
      return Libc.errno(own.errno);
    }
    theirs[0] = own.number.get(ValueLayout.JAVA_INT, 0);
    int ours = own.number.get(ValueLayout.JAVA_INT, Integer.BYTES);
    libc.doNotBlock(own.errno, ours);
    descriptor(IN, ours);
    events(IN, WRITABLE);
    libc.addDup(own.errno, own.actions, theirs[0], 0);
    return 0;
  }

  private ProgramEnd untilEnd(Printing printing) throws InterruptedException, IOException {
    deadlineNanos = limits.time() == null ? Long.MAX_VALUE : after(limits.time().toNanos());
    boolean isDone = false;
    int status;
    try {
      descriptor(END, libc.openProcess(own.errno, pid));
      descriptor(WAKE, libc.openEvent(own.errno));
      if (descriptor(END) < 0 || descriptor(WAKE) < 0) {
        throw new IOException("no descriptor for a process: errno " + Libc.errno(own.errno));
      }
      events(END, READABLE);
      events(WAKE, READABLE);
      watch(printing);
      isDone = true;
    } finally {
      if (phase != Phase.RUNNING || !isDone) {
        killAll();
      }
      programs.running().remove(pid);
      // dead, or killed: this does not wait for long
      status = libc.reap(own.errno, pid, own.number);
    }
    if (isInterrupted) {
      throw new InterruptedException();
    }
    return phase == Phase.RUNNING ? ProgramEnd.ofStatus(status) : new ProgramEnd.TimedOut();
  }

  private void watch(Printing printing) throws IOException {
    while (true) {
      await(System.nanoTime());
      isInterrupted |=
          Thread.interrupted(); // before anything that an interrupt could keep from its work
      if (printing instanceof Printing.Piped(var out, var err)) {
        read(OUT, out);
        read(ERR, err);
      }
      feed();
      long now = System.nanoTime();
      if (!hasEnded && isReady(END)) {
        hasEnded = true;
        closed(END);
        if (phase == Phase.RUNNING) {
          deadlineNanos = now + LINGER_NANOS;
        }
      }
      if (isInterrupted) {
        closed(WAKE);
        askToEnd(now);
      }
      if (hasEnded && isOver(now)) {
        return;
      }
      if (!hasEnded && deadlineNanos != Long.MAX_VALUE && now - deadlineNanos >= 0) {
        if (phase == Phase.RUNNING) {
          askToEnd(now);
        } else if (phase == Phase.ENDING) {
          phase = Phase.KILLED;
          deadlineNanos = Long.MAX_VALUE;
          signal(Libc.KILL);
        }
      }
    }
  }

  private void askToEnd(long now) {
    if (phase == Phase.RUNNING && !hasEnded) {
      phase = Phase.ENDING;
      deadlineNanos = now + Math.min(limits.grace().toNanos(), Long.MAX_VALUE / 4);
      signal(Libc.TERM);
    }
  }

  /* It has ended: whether there is nothing more to wait for. */
  private boolean isOver(long now) {
    boolean isLate = now - deadlineNanos >= 0;
    return switch (phase) {
      case RUNNING ->
          isLate
              || isInterrupted
              || readAfterEnd > MOST_AFTER_END
              || (descriptor(OUT) < 0 && descriptor(ERR) < 0);
      case ENDING -> isLate || programs.mark().of(invocation.mark()).isEmpty();
      case KILLED -> true;
    };
  }

  private List<Integer> signal(int signal) {
    libc.kill(own.errno, -pid, signal);
    List<Integer> found = programs.mark().of(invocation.mark());
    found.forEach(each -> libc.kill(own.errno, each, signal));
    return found;
  }

  /* Who was about to start when it was looked for is found by a later look. What cannot die is not waited for. */
  private void killAll() {
    long end = System.nanoTime() + MOST_KILLING_NANOS;
    while (!signal(Libc.KILL).isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private static long after(long nanos) {
    return System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 4);
  }

  private void await(long now) {
    long nanos =
        deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, deadlineNanos - now);
    if (hasEnded && phase == Phase.ENDING) {
      nanos = Math.min(nanos, LOOK_AGAIN_NANOS);
    }
    boolean isForever = nanos == Long.MAX_VALUE;
    int millis = isForever ? -1 : (int) Math.min(nanos / 1_000_000 + 1, MOST_MILLIS);
    if (isInterrupted) {
      libc.poll(own.errno, own.polled, Scratch.POLLED, millis);
      return;
    }
    Waking waking = new Waking(libc, descriptor(WAKE));
    waking.poll(() -> libc.poll(own.errno, own.polled, Scratch.POLLED, millis));
  }

  /** Wakes the thread that polls when it is interrupted. */
  private static final class Waking extends AbstractInterruptibleChannel {
    private final Libc libc;
    private final int event;

    Waking(Libc libc, int event) {
      this.libc = libc;
      this.event = event;
    }

    void poll(Runnable polling) {
      begin();
      try {
        polling.run();
      } finally {
        try {
          end(true);
        } catch (AsynchronousCloseException interrupted) {
          // the thread's own flag says so
        }
      }
    }

    /* Called by the thread that interrupts, while the other one polls: the descriptor is open. */
    @Override
    protected void implCloseChannel() {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
        libc.write(arena.allocate(Libc.errnoLayout()), event, one);
      }
    }
  }

  private void read(int index, Sink sink) throws IOException {
    if (!isReady(index)) {
      return;
    }
    long count = libc.read(own.errno, descriptor(index), own.buffer);
    if (count > 0) {
      readAfterEnd += hasEnded ? count : 0;
      sink.write(own.buffer.asSlice(0, count).asByteBuffer());
    } else if (count == 0 || Libc.errno(own.errno) != Libc.EINTR) {
      closed(index);
    }
  }

  private void feed() {
    byte[] input = invocation.standardInput();
    if (input == null || !isReady(IN)) {
      return;
    }
    int size = (int) Math.min(input.length - fed, own.buffer.byteSize());
    MemorySegment.copy(input, fed, own.buffer, ValueLayout.JAVA_BYTE, 0, size);
    long count = size == 0 ? 0 : libc.write(own.errno, descriptor(IN), own.buffer.asSlice(0, size));
    // an error: it does not read any more
    boolean isRefused =
        count < 0 && Libc.errno(own.errno) != Libc.EINTR && Libc.errno(own.errno) != Libc.EAGAIN;
    fed += (int) Math.max(0, count);
    if (fed == input.length || isRefused) {
      closed(IN);
    }
  }

  private boolean isReady(int index) {
    return descriptor(index) >= 0 && own.polled.get(ValueLayout.JAVA_SHORT, index * 8L + 6) != 0;
  }

  private void closed(int index) {
    int descriptor = own.polled.get(ValueLayout.JAVA_INT, index * 8L);
    if (descriptor >= 0) {
      libc.close(own.errno, descriptor);
      descriptor(index, -1);
    }
  }

  private int descriptor(int index) {
    return own.polled.get(ValueLayout.JAVA_INT, index * 8L);
  }

  private void descriptor(int index, int descriptor) {
    own.polled.set(ValueLayout.JAVA_INT, index * 8L, descriptor);
    own.polled.set(ValueLayout.JAVA_INT, index * 8L + 4, 0);
  }

  private void events(int index, short events) {
    own.polled.set(ValueLayout.JAVA_SHORT, index * 8L + 4, events);
  }
}
