package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.outcome.RunStatus;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EndReasonTest {
  @DisplayName("C14: no option is named that was not given")
  @Test
  void namesWhatWasGiven() {
    EndReason none = new EndReason(List.of(), false);
    assertEquals("stopped by an error", none.ofRun(RunStatus.ABORTED, false));
    assertEquals("cut off by an error", none.ofItem(RunStatus.ABORTED));
    EndReason stored = new EndReason(List.of(), true);
    assertEquals("stopped by the checkpoint", stored.ofRun(RunStatus.ABORTED, true));
    assertEquals("cut off by the checkpoint", stored.ofItem(RunStatus.ABORTED));
    EndReason rate = new EndReason(List.of("--fail-rate"), true);
    assertEquals("stopped by --fail-rate", rate.ofRun(RunStatus.ABORTED, false));
    assertEquals("cut off by --fail-rate or the checkpoint", rate.ofItem(RunStatus.ABORTED));
    EndReason both = new EndReason(List.of("--max-failures", "--fail-rate"), false);
    assertEquals("stopped by --max-failures or --fail-rate", both.ofRun(RunStatus.ABORTED, false));
  }

  @DisplayName("C14: signals, times and budgets are named as what they are")
  @Test
  void namesTheOthers() {
    EndReason reason = new EndReason(List.of("--max-failures"), true);
    assertEquals("interrupted", reason.ofRun(RunStatus.CANCELLED, false));
    assertEquals("cut off by an interrupt", reason.ofItem(RunStatus.CANCELLED));
    assertEquals("stopped by --run-timeout", reason.ofRun(RunStatus.TIMED_OUT, false));
    assertEquals("cut off by --max-calls", reason.ofItem(RunStatus.CALLS_SPENT));
    assertEquals("cut off by --stop-on", reason.ofItem(RunStatus.FATAL_ERROR));
  }
}
