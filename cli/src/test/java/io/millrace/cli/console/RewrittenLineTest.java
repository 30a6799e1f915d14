package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RewrittenLineTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(screen, true, StandardCharsets.UTF_8);

  private String screen() {
    return screen.toString(StandardCharsets.UTF_8).replace("\r", "<").replace("\u001b[K", ">");
  }

  @Test
  void aTextReplacesTheOneBefore() {
    RewrittenLine line = new RewrittenLine(err, new Terminal(80, false));
    line.show("one");
    line.show("two");
    assertEquals("<one><two>", screen());
  }

  @Test
  void aLineNeverReachesTheLastColumn() {
    new RewrittenLine(err, new Terminal(4, false)).show("abcdef");
    assertEquals("<abc>", screen());
  }

  @Test
  void onASharedTerminalTheLineMakesRoomForOutput() {
    RewrittenLine line = new RewrittenLine(err, new Terminal(80, true));
    line.aside(() -> err.print("first;"));
    line.show("one");
    line.aside(() -> err.print("second;"));
    line.aside(() -> err.print("third;"));
    assertEquals("first;<one><>second;third;", screen());
  }

  @Test
  void outputThatGoesElsewhereLeavesTheLineAlone() {
    RewrittenLine line = new RewrittenLine(err, new Terminal(80, false));
    line.show("one");
    line.aside(() -> {});
    assertEquals("<one>", screen());
  }

  @Test
  void removedMeansGoneForGood() {
    RewrittenLine line = new RewrittenLine(err, new Terminal(80, false));
    line.show("one");
    line.remove();
    line.show("late");
    line.remove();
    assertEquals("<one><>", screen());
  }
}
