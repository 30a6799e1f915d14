package io.millrace.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@NoLeaks
class DemoTest {
  @Test
  void everyClaimHolds() throws Exception {
    Scenario small = new Scenario(60, 40, 25, Duration.ofSeconds(1), 8, 25, Duration.ofSeconds(2));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean holds = new Demo(small, new PrintStream(out, true, StandardCharsets.UTF_8)).show();
    String text = out.toString(StandardCharsets.UTF_8);
    assertTrue(holds, text);
    assertEquals(9, text.lines().filter(line -> line.startsWith("ok ")).count(), text);
    assertTrue(text.lines().allMatch(line -> line.length() <= 100), text);
  }
}
