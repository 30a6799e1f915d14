package io.millrace.cli.console;

import io.millrace.cli.console.ProgressDisplay.Marker;
import io.millrace.cli.console.ProgressDisplay.Writing;
import java.io.PrintStream;
import java.util.concurrent.locks.ReentrantLock;

/** One line of a terminal that is rewritten in place. */
final class RewrittenLine implements Marker {
  private static final String TO_START = "\r";
  private static final String ERASE_REST = "\u001b[K";

  private final PrintStream err;
  private final Terminal terminal;

  /* Guards the terminal's cursor: the ticker draws while the main thread writes or removes. */
  private final ReentrantLock lock = new ReentrantLock();
  private boolean drawn;
  private boolean removed;

  RewrittenLine(PrintStream err, Terminal terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public void show(String text) {
    // a line as wide as the terminal would wrap, and could not be rewritten
    int most = terminal.columns() - 1;
    String cut = text.length() <= most ? text : text.substring(0, most);
    lock.lock();
    try {
      if (!removed) {
        err.print(TO_START + cut + ERASE_REST);
        err.flush();
        drawn = true;
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
    } finally {
      lock.unlock();
    }
  }

  private void erase() {
    if (drawn) {
      err.print(TO_START + ERASE_REST);
      err.flush();
      drawn = false;
    }
  }
}
