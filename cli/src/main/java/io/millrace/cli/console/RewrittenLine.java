package io.millrace.cli.console;

import io.millrace.cli.console.Line.Shown;
import io.millrace.cli.console.ProgressDisplay.Marker;
import io.millrace.cli.console.ProgressDisplay.Writing;
import java.io.PrintStream;
import java.util.concurrent.locks.ReentrantLock;

/** One line of a terminal that is rewritten in place. */
final class RewrittenLine implements Marker {
  private static final String TO_START = "\r";
  private static final String ERASE_BELOW = "\u001b[J";
  private static final String ERASE_REST = "\u001b[K";

  /* A line as wide as the terminal would wrap, and could not be rewritten; nor one that has room for no "^C" behind it. */
  private static final int KEPT_FREE = 3;

  private final PrintStream err;
  private final Terminal terminal;
  private final Width width;
  private final boolean colored;

  /* Guards the terminal's cursor: the ticker draws while the main thread writes or removes. */
  private final ReentrantLock lock = new ReentrantLock();
  private boolean drawn;
  private Shown last = new Shown("", 0);
  private boolean removed;
  private Runnable restore = () -> {};

  RewrittenLine(PrintStream err, Terminal terminal, Width width, boolean colored) {
    this.err = err;
    this.terminal = terminal;
    this.width = width;
    this.colored = colored;
  }

  /** The same, which makes room for all that is printed to this stream. */
  static RewrittenLine below(PrintStream err, Terminal terminal, Width width, boolean colored) {
    RewrittenLine line = new RewrittenLine(Messages.raw(err), terminal, width, colored);
    line.restore = Messages.makingRoom(err, line::makeRoom);
    return line;
  }

  private void makeRoom(Runnable writing) {
    lock.lock();
    try {
      erase();
      writing.run();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void show(Line line) {
    int columns = width.columns();
    Shown shown = line.fit(Math.max(1, columns - KEPT_FREE), colored);
    lock.lock();
    try {
      if (!removed && !(drawn && shown.equals(last) && shown.width() < columns)) {
        err.print(toStart(columns) + shown.text() + ERASE_REST);
        err.flush();
        drawn = true;
        last = shown;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public <X extends Exception> void aside(Writing<X> writing) throws X {
    if (!terminal.shared()) {
      writing.write();
      return;
    }
    lock.lock();
    try {
      erase();
      writing.write();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void remove() {
    restore.run();
    lock.lock();
    try {
      removed = true;
      erase();
      width.close();
    } finally {
      lock.unlock();
    }
  }

  /* A terminal that has become narrower has wrapped what stood there. */
  private String toStart(int columns) {
    int rowsAbove = drawn ? Math.max(0, last.width() - 1) / columns : 0;
    return rowsAbove == 0 ? TO_START : TO_START + "\u001b[" + rowsAbove + "A" + ERASE_BELOW;
  }

  private void erase() {
    if (drawn) {
      err.print(toStart(width.columns()) + ERASE_REST);
      err.flush();
      drawn = false;
    }
  }
}
