package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.hostile.OwnSourceContract;
import java.util.Iterator;

// @start region="own-source"
class LinesTest implements OwnSourceContract<String> {
  @Override
  public Iterable<String> newSource() {
    return new Lines("one\ntwo\nthree\nfour");
  }

  @Override
  public void assertReleased(Iterable<? extends String> source) {
    assertTrue(((Lines) source).reads <= 4);
  }
}

// @end

/** A source as somebody might write it. */
final class Lines implements Iterable<String> {
  private final String text;

  /* Written by one reader at a time: the run hands the source on properly. */
  int reads;

  Lines(String text) {
    this.text = text;
  }

  @Override
  public Iterator<String> iterator() {
    Iterator<String> lines = text.lines().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return lines.hasNext();
      }

      @Override
      public String next() {
        String line = lines.next();
        reads++;
        return line;
      }
    };
  }
}
