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
  private static final int OTHERS = 32;

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

  /** How many jobs can go on at once, if each needs so many open files. */
  public long jobs(int each) {
    return room / each;
  }

  /** Says that there is room for fewer jobs than were asked for, and what to do about it. */
  public String tooLowFor(int jobs, int each) {
    long needed = most - room + (long) jobs * each;
    String limit =
        "the limit of open files is " + most + ", and --jobs " + jobs + " needs " + needed;
    return jobs(each) == 0
        ? "nothing can run: " + limit + "; raise it with ulimit -n"
        : "only " + jobs(each) + " at once: " + limit + "; raise it with ulimit -n";
  }
}
