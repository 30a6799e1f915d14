package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.console.Line.Look;
import io.millrace.cli.console.Line.Part;
import io.millrace.cli.console.Line.Shown;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineTest {
  private final Line line =
      new Line(
          List.of(
              Part.of(0, "10/20 50 %"),
              Part.of(3, "5/s"),
              new Part(1, "2 failed", Look.FAILURE),
              new Part(2, "paused 28 s: Retry-After from api.example.com", Look.ATTENTION)));

  @Test
  void wherePlaceIsShortTheLeastImportantPartsGoFirst() {
    assertEquals(line.full(), line.fit(200, false).text());
    assertEquals(
        "10/20 50 %, 2 failed, paused 28 s: Retry-After from api.example.com",
        line.fit(68, false).text());
    assertEquals("10/20 50 %, 2 failed, paused 28 s: Ret...", line.fit(41, false).text());
    assertEquals("10/20 50 %, 2 failed", line.fit(25, false).text());
    assertEquals("10/20 50 %", line.fit(12, false).text());
    assertEquals("10/20...", line.fit(8, false).text());
    assertEquals("1", line.fit(1, false).text());
  }

  @Test
  void noLineIsWiderThanItsPlace() {
    Line wide =
        new Line(
            List.of(
                Part.of(0, "\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57"), Part.of(1, "x".repeat(40))));
    for (int columns = 2; columns < 80; columns++) {
      Shown shown = wide.fit(columns, false);
      assertTrue(shown.width() <= columns, shown + " in " + columns);
      assertTrue(line.fit(columns, false).text().length() <= columns);
    }
  }

  @Test
  void coloursTakeNoPlace() {
    Shown plain = line.fit(200, false);
    Shown colored = line.fit(200, true);
    assertEquals(plain.width(), colored.width());
    assertEquals(plain.text(), colored.text().replaceAll("\u001b\\[\\d+m", ""));
    assertTrue(colored.text().contains("\u001b[31m2 failed\u001b[0m"));
  }
}
