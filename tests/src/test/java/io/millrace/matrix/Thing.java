package io.millrace.matrix;

/** An item, a value or a key: what it is to a hash map or a message is user code. */
final class Thing {
  private final Cell cell;
  private final int index;
  private final Spot asObject;
  private final Spot hash;
  private final Spot equals;

  Thing(Cell cell, int index, Spot asObject) {
    this(cell, index, asObject, asObject, asObject);
  }

  Thing(Cell cell, int index, Spot asObject, Spot hash, Spot equals) {
    this.cell = cell;
    this.index = index;
    this.asObject = asObject;
    this.hash = hash;
    this.equals = equals;
  }

  int index() {
    return index;
  }

  @Override
  public int hashCode() {
    cell.visit(hash, index);
    return 7; // all alike, so that equals is asked
  }

  @Override
  public boolean equals(Object other) {
    cell.visit(equals, index);
    return other instanceof Thing thing && thing.index == index;
  }

  @Override
  public String toString() {
    cell.visit(asObject, index);
    return "thing " + index;
  }
}
