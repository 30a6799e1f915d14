package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RewrittenLineTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(screen, true, StandardCharsets.UTF_8);

  private RewrittenLine line(int columns, boolean shared) {
    return new RewrittenLine(err, new Terminal(columns, shared), Width.always(columns), false);
  }

  private String screen() {
    return screen.toString(StandardCharsets.UTF_8).replace("\r", "<").replace("\u001b[K", ">");
  }

  @Test
  void aTextReplacesTheOneBefore() {
    RewrittenLine line = line(80, false);
    line.show(Line.of("one"));
    line.show(Line.of("two"));
    assertEquals("<one><two>", screen());
  }

  @Test
  void aLineHasRoomForAnInterruptBehindIt() {
    line(6, false).show(Line.of("abcdef"));
    assertEquals("<abc>", screen());
  }

  @Test
  void aLineThatHasNotChangedIsNotWrittenAgain() {
    RewrittenLine line = line(80, false);
    line.show(Line.of("one"));
    line.show(Line.of("one"));
    assertEquals("<one>", screen());
  }

  @Test
  void onASharedTerminalTheLineMakesRoomForOutput() {
    RewrittenLine line = line(80, true);
    line.aside(() -> err.print("first;"));
    line.show(Line.of("one"));
    line.aside(() -> err.print("second;"));
    line.aside(() -> err.print("third;"));
    assertEquals("first;<one><>second;third;", screen());
  }

  @Test
  void theLineMakesRoomForWhatIsSaid() {
    PrintStream messages = Messages.to(err);
    RewrittenLine line =
        RewrittenLine.below(messages, new Terminal(80, false), Width.always(80), false);
    line.show(Line.of("one"));
    messages.println("said");
    line.show(Line.of("two"));
    line.aside(() -> messages.write(new byte[] {'b', '\n'}, 0, 2));
    line.show(Line.of("three"));
    line.remove();
    messages.println("after");
    assertEquals("<one><>said\n<two><>b\n<three><>after\n", screen());
  }

  @Test
  void outputThatGoesElsewhereLeavesTheLineAlone() {
    RewrittenLine line = line(80, false);
    line.show(Line.of("one"));
    line.aside(() -> {});
    assertEquals("<one>", screen());
  }

  @Test
  void removedMeansGoneForGood() {
    RewrittenLine line = line(80, false);
    line.show(Line.of("one"));
    line.remove();
    line.show(Line.of("late"));
    line.remove();
    assertEquals("<one><>", screen());
  }
}
