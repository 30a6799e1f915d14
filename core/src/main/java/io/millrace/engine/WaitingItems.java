package io.millrace.engine;

import io.millrace.base.Suppressing;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.wait.Resuming;
import io.millrace.outcome.RunStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The items of a run that wait, as its schedule sees them. Its methods take the run's lock, if not said otherwise. */
final class WaitingItems implements Resuming {
  /** Items that one turn at the lock makes ready. */
  private static final int MOST_AT_ONCE = 256;

  private final Schedule schedule;
  private final Effects effects;
  private final Backlog backlog;
  private final Crew crew;
  private final Precedence precedence;

  /** How many wait for a permit that will come too late. */
  private long inVain;

  WaitingItems(
      Schedule schedule, Effects effects, Backlog backlog, Crew crew, Precedence precedence) {
    this.schedule = schedule;
    this.effects = effects;
    this.backlog = backlog;
    this.crew = crew;
    this.precedence = precedence;
  }

  /** Under the lock: whether any wait for permits that will come too late. */
  boolean hasInVain() {
    return inVain > 0;
  }

  /** Under the lock: whether all that is not settled waits for permits that will come too late. */
  boolean isAllInVain(Intake intake, Window window) {
    return inVain > 0
        && crew.isIdle()
        && !intake.isReading()
        && intake.admitted() - window.settled() == inVain;
  }

  @Override
  public boolean hasEnded() {
    return schedule.hasEnded();
  }

  @Override
  public boolean isPaused() {
    return crew.isPaused();
  }

  @Override
  public void breakOff(Throwable why) {
    if (schedule.end(RunStatus.ABORTED, why, false)) {
      return;
    }
    Throwable ending = schedule.error();
    if (ending != null) {
      Suppressing.add(ending, why);
    } else {
      Mishaps.log("this failed after the end of the run: what depends on it is not run", why);
    }
  }

  @Override
  public void startWorker(int generation) {
    effects.startWorker(generation);
  }

  @Override
  public @Nullable Long resume(Ticket ticket) {
    schedule.lock();
    try {
      backlog.addReady(ticket);
      return backlog.soonerEnd();
    } catch (Throwable broken) {
      return breakDown(broken);
    } finally {
      schedule.release();
    }
  }

  /* Under the lock: an item is lost, for which there is no memory. */
  private @Nullable Long breakDown(Throwable broken) {
    schedule.breakDown(broken);
    return null;
  }

  @Override
  public @Nullable Long resume(List<Ticket> tickets) {
    Long sooner = null;
    for (int from = 0; from < tickets.size(); from += MOST_AT_ONCE) {
      int to = Math.min(tickets.size(), from + MOST_AT_ONCE);
      Long next = resumeSome(tickets.subList(from, to));
      sooner = next == null ? sooner : next;
    }
    return sooner;
  }

  private @Nullable Long resumeSome(List<Ticket> some) {
    schedule.lock();
    try {
      some.forEach(backlog::addReady);
      return backlog.soonerEnd();
    } catch (Throwable broken) {
      return breakDown(broken);
    } finally {
      schedule.release();
    }
  }

  @Override
  public @Nullable Long returned(List<Ticket> tickets) {
    schedule.lock();
    try {
      tickets.forEach(backlog::returned);
      return backlog.soonerEnd();
    } catch (Throwable broken) {
      return breakDown(broken);
    } finally {
      schedule.release();
    }
  }

  @Override
  public boolean delay(Ticket ticket) {
    schedule.lock();
    try {
      if (!schedule.hasEnded()) {
        return backlog.delay(ticket);
      }
      backlog.addReady(ticket);
    } catch (Throwable broken) {
      breakDown(broken);
    } finally {
      schedule.release();
    }
    return false;
  }

  @Override
  public boolean withdraw(Ticket ticket) {
    schedule.lock();
    try {
      return backlog.withdraw(ticket);
    } catch (Throwable broken) {
      breakDown(broken);
    } finally {
      schedule.release();
    }
    return true;
  }

  @Override
  public @Nullable Long wakeDue(long nowNanos) {
    schedule.lock();
    try {
      return backlog.wakeDue(nowNanos);
    } catch (Throwable broken) {
      return breakDown(broken);
    } finally {
      schedule.release();
    }
  }

  @Override
  public void waitsInVain(Ticket ticket) {
    schedule.lock();
    ticket.waitsInVain = true;
    inVain++;
    schedule.release();
  }

  @Override
  public boolean waitsNoMore(Ticket ticket) {
    schedule.lock();
    try {
      boolean did = ticket.waitsInVain;
      ticket.waitsInVain = false;
      inVain -= did ? 1 : 0;
      return did;
    } finally {
      schedule.unlock();
    }
  }

  @Override
  public int reserve() {
    schedule.lockInside();
    try {
      return precedence.takesPermits() ? crew.expect() : NO_SLOT;
    } finally {
      schedule.unlock();
    }
  }
}
