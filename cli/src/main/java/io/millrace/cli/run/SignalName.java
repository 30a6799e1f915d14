package io.millrace.cli.run;

import java.util.List;

/** Names of signals, as Linux numbers them. */
final class SignalName {
  private static final List<String> FIRST =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM");

  private SignalName() {}

  static String of(int signal) {
    return signal >= 1 && signal <= FIRST.size()
        ? "SIG" + FIRST.get(signal - 1)
        : "signal " + signal;
  }
}
