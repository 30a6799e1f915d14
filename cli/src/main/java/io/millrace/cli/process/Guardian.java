package io.millrace.cli.process;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Ends what is left of a run when this process is killed and cannot do so itself: a shell that waits for the end
 * of a pipe, and then kills all that have the mark of the run. Where there is no shell, nobody does.
 *
 * @param pid not positive if there is none
 * @param pipe which end of it the shell waits for
 */
record Guardian(Programs programs, int pid, int pipe) implements AutoCloseable {
  /* What it kills may start others meanwhile. */
  private static final String SCRIPT =
      """
      read -r word && [ "$word" = done ] && exit
      round=0
      while [ $round -lt 20 ]; do
        found=
        for process in /proc/[0-9]*; do
          if grep -qzxF "$1" "$process/environ"; then
            kill -KILL "${process#/proc/}" && found=yes
          fi
        done
        [ "$found" ] || exit
        round=$((round + 1))
      done
      """;

  static Guardian start(Programs programs, Mark mark) {
    Libc libc = programs.libc();
    Scratch own = programs.scratch();
    if (libc.pipe(own.errno, own.number) != 0) {
      return new Guardian(programs, -1, -1);
    }
    int read = own.number.get(ValueLayout.JAVA_INT, 0);
    int write = own.number.get(ValueLayout.JAVA_INT, Integer.BYTES);
    libc.initActions(own.errno, own.actions);
    libc.addDup(own.errno, own.actions, read, 0);
    libc.addOpen(own.errno, own.actions, 1, programs.nothing());
    libc.addOpen(own.errno, own.actions, 2, programs.nothing());
    libc.addCloseFrom(own.errno, own.actions, 3);
    List<byte[]> command =
        Stream.of("/bin/sh", "-c", SCRIPT, "sh", Mark.RUN + "=" + mark.run())
            .map(word -> word.getBytes(StandardCharsets.US_ASCII))
            .toList();
    int pid = programs.start(new Invocation(command, List.of(), null, ""), false);
    libc.destroyActions(own.errno, own.actions);
    libc.close(own.errno, read);
    return new Guardian(programs, pid, write);
  }

  @Override
  public void close() {
    if (pid > 0) {
      Scratch own = programs.scratch();
      MemorySegment word =
          own.buffer
              .asSlice(0, 5)
              .copyFrom(MemorySegment.ofArray("done\n".getBytes(StandardCharsets.US_ASCII)));
      programs.libc().write(own.errno, pipe, word);
      programs.libc().close(own.errno, pipe);
      var _ = programs.libc().reap(own.errno, pid, own.number);
    }
  }
}
