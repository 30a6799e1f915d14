package io.millrace.cli.console;

import java.util.Map;

/** How wide a terminal is now: as {@code COLUMNS} says, or else as the terminal does, also after a change. Thread-safe. */
final class Width implements AutoCloseable {
  private final boolean isGiven;
  private final Runnable restore;

  /* Written by the signal's thread, and by the thread that asks. */
  private volatile boolean hasChanged;
  private volatile int columns;

  private Width(int columns, boolean isGiven) {
    this.columns = columns;
    this.isGiven = isGiven;
    this.restore = isGiven ? () -> {} : Signals.on("WINCH", () -> hasChanged = true);
  }

  static Width of(Terminal terminal, Map<String, String> environment) {
    int given = Terminal.positive(environment.getOrDefault("COLUMNS", ""), 0);
    return new Width(given > 0 ? given : terminal.columns(), given > 0);
  }

  /** A width that never changes. */
  static Width always(int columns) {
    return new Width(columns, true);
  }

  boolean isGiven() {
    return isGiven;
  }

  int columns() {
    if (hasChanged) {
      hasChanged = false;
      columns = Terminal.columnsNow(columns);
    }
    return columns;
  }

  @Override
  public void close() {
    restore.run();
  }
}
