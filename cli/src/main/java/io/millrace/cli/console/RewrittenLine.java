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

  private final PrintStream err;
  private final Terminal terminal;
  private final Width width;
  private final boolean colored;

  /* Guards the terminal's cursor: the ticker draws while the main thread writes or removes. */
  private final ReentrantLock lock = new ReentrantLock();
  private boolean drawn;
  private Shown last = new Shown("", 0);
  private boolean removed;

  RewrittenLine(PrintStream err, Terminal terminal, Width width, boolean colored) {
    this.err = err;
    this.terminal = terminal;
    this.width = width;
    this.colored = colored;
  }

  @Override
  public void show(Line line) {
    int columns = width.columns();
    // a line as wide as the terminal would wrap, and could not be rewritten
    Shown shown = line.fit(Math.max(1, columns - 1), colored);
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
