package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.cli.process.ProgramEnd;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RunWordingTest {
  @Test
  @DisplayName(
      "C14 H35: a cause is the same for all programs, and names none: an item may have named it")
  void causes() {
    byte[] secret = "/opt/secret".getBytes(StandardCharsets.UTF_8);
    var missing = new CommandException(new ProgramEnd.NotStarted(127, "no such command"), secret);
    assertEquals(
        "cannot start the command: no such command (127)",
        new RunWording(Optional.empty()).cause(missing));
    assertEquals("cannot start '/opt/secret': no such command (127)", missing.getMessage());
    assertEquals(
        "exit code 3",
        new RunWording(Optional.empty())
            .cause(new CommandException(new ProgramEnd.Exited(3), secret)));
  }
}
