package io.millrace.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How many files the system lets this process have open: a job that finds no room for its own would fail.
 *
 * @param most in all
 * @param room how many of them are left for jobs
 */
public record OpenFileLimit(long most, long room) {
  private static final Pattern LINE = Pattern.compile("(?m)^Max open files +(\\d+) ");

  /* For what is opened besides, such as a journal of the checkpoint, browsers that look at the page, or libraries. */
  private static final int OTHERS = 24;

  /**
   * Of this process; empty if there is none, or the system does not tell.
   *
   * @param streams of the command: where they are not those of the process, it has a part of the files only
   */
  public static Optional<OpenFileLimit> of(Streams streams) {
    if (!streams.isProcess()) {
      return Optional.empty();
    }
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      Matcher line = LINE.matcher(Files.readString(Path.of("/proc/self/limits")));
      if (!line.find()) {
        return Optional.empty();
      }
      long most = Long.parseLong(line.group(1));
      return Optional.of(new OpenFileLimit(most, Math.max(0, most - open.count() - OTHERS)));
    } catch (IOException | NumberFormatException unknown) {
      return Optional.empty();
    }
  }

  /** How many jobs can go on at once, if each needs so many open files; at least one is tried. */
  public int jobs(int wanted, int each) {
    return Math.clamp(room / each, 1, wanted);
  }

  /** How high the limit has to be for so many files of jobs. */
  public long with(long files) {
    return most - room + files;
  }

  /** Says that there is room for fewer jobs than were asked for, and what to do about it; empty if there is not. */
  public Optional<String> tooLowFor(int wanted, int each) {
    int jobs = jobs(wanted, each);
    long needed = with((long) wanted * each);
    return jobs == wanted
        ? Optional.empty()
        : Optional.of(
            "only "
                + jobs
                + " at once: the limit of open files is "
                + most
                + ", and --jobs "
                + wanted
                + " needs "
                + needed
                + "; raise it with ulimit -n");
  }
}
