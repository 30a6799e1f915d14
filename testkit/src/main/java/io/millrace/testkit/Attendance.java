package io.millrace.testkit;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts the threads that were announced and how many of them are busy. Not thread-safe.
 *
 * <p>{@code enter()} is called before a thread starts and by another one, so it makes a ticket
 * without a name. A ticket gets its thread's name where the thread itself runs an announced task.
 * Sleepers without a named ticket take up nameless ones, as long as there are any; not so threads that
 * wait for another one. The thread that
 * made the clock does not: it drives the test, and the nameless tickets that it drew are for others.
 */
final class Attendance {
  private final Thread maker;
  private final Map<Thread, Member> members = new HashMap<>();
  private int nameless;
  private int namelessAsleep;
  private int named;
  private int namedAsleep;

  Attendance(Thread maker) {
    this.maker = maker;
  }

  void enter() {
    nameless++;
  }

  void exit(Thread thread) {
    Member member = members.get(thread);
    if (member != null && member.tickets > 0) {
      member.tickets--;
      named--;
    } else if (nameless > 0) {
      nameless--;
    } else {
      throw new IllegalStateException("exit() by " + thread + " without an enter() before");
    }
  }

  /** The thread begins an announced task: one nameless ticket becomes its own. */
  void begin(Thread thread) {
    if (nameless == 0) {
      throw new IllegalStateException(
          "an announced task runs once only, and not after exit() took it back: " + thread);
    }
    nameless--;
    Member member = members.computeIfAbsent(thread, none -> new Member());
    member.tasks++;
    member.tickets++;
    named++;
  }

  /** The thread ends an announced task. */
  void end(Thread thread) {
    exit(thread);
    members.computeIfPresent(thread, (key, member) -> --member.tasks == 0 ? null : member);
  }

  Share fallAsleep(Thread thread, Sleeper.Kind kind) {
    Share share = shareOf(thread, kind);
    namedAsleep += share.named;
    namelessAsleep += share.nameless;
    return share;
  }

  /* A nameless ticket may be that of somebody who is about to end the wait of another one. */
  private Share shareOf(Thread thread, Sleeper.Kind kind) {
    Member member = members.get(thread);
    if (member != null && member.tickets > 0) {
      return new Share(member.tickets, 0);
    }
    boolean none = kind == Sleeper.Kind.WAIT || (member == null && maker.equals(thread));
    return none ? Share.NONE : new Share(0, 1);
  }

  void wake(Share share) {
    namedAsleep -= share.named;
    namelessAsleep -= share.nameless;
  }

  int announced() {
    return named + nameless;
  }

  int busy() {
    return named - namedAsleep + Math.max(0, nameless - namelessAsleep);
  }

  /** A thread inside announced tasks. */
  private static final class Member {
    private int tasks;
    private int tickets;
  }

  /**
   * What one sleeper takes off the number of busy threads.
   *
   * @param named tickets of its own
   * @param nameless tickets that it may take up
   */
  record Share(int named, int nameless) {
    static final Share NONE = new Share(0, 0);
  }
}
