package io.millrace.matrix;

/** An exception whose own methods are user code that may misbehave. */
final class Nasty extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Cell cell;
  private final int index;

  Nasty(Cell cell, int index) {
    this.cell = cell;
    this.index = index;
  }

  int index() {
    return index;
  }

  @Override
  public String getMessage() {
    cell.visit(Spot.ERROR_MESSAGE, index);
    return "item " + index;
  }

  /* Without a monitor, unlike the original: no lock is held that is not the library's. */
  @Override
  public Throwable getCause() {
    cell.visit(Spot.ERROR_CAUSE, index);
    return null;
  }

  @Override
  public String toString() {
    cell.visit(Spot.ERROR_TO_STRING, index);
    return "nasty " + index;
  }
}
