package io.millrace.stress;

/**
 * Who dealt with which item: a letter an item, {@code -} for nobody, {@code 2} for more than once.
 * Each of the two threads writes its own counts; whoever comes after both reads them.
 */
public final class Tally {
  private final int[] first;
  private final int[] second;

  public Tally(int items) {
    first = new int[items];
    second = new int[items];
  }

  public void first(long item) {
    first[(int) item]++;
  }

  public void second(long item) {
    second[(int) item]++;
  }

  /** For example {@code "ot-"} for the letters o and t. */
  public String read(char letterOfFirst, char letterOfSecond) {
    StringBuilder letters = new StringBuilder();
    for (int item = 0; item < first.length; item++) {
      letters.append(
          switch (first[item] + second[item]) {
            case 0 -> '-';
            case 1 -> first[item] == 1 ? letterOfFirst : letterOfSecond;
            default -> '2';
          });
    }
    return letters.toString();
  }
}
