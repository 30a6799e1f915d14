package io.millrace.retention;

/** What runs are fed with; the census counts its instances. */
final class Item {
  final int number;

  /* One attempt follows the other, and each happens before the next. */
  private boolean tried;

  Item(int number) {
    this.number = number;
  }

  /** Whether this is the first attempt. */
  boolean first() {
    boolean first = !tried;
    tried = true;
    return first;
  }
}
