package io.millrace.bench.peer;

import io.millrace.process.ProcessOptions;
import io.millrace.process.ProcessPool;
import io.millrace.process.WorkerOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All that are compared. */
public final class CallSites {
  private CallSites() {}

  /** Millrace in processes, which live until this JVM ends. */
  public static CallSite millrace(int processes) {
    ProcessPool pool =
        ProcessPool.open(ProcessOptions.of(processes).standardOutput(WorkerOutput.discard()));
    return new MillraceCalls(Contenders.MILLRACE, processes, pool.action(item -> item + 1));
  }

  /** The same in threads; and Python's processes, where there is Python. */
  public static List<CallSite> others(int processes) throws IOException, InterruptedException {
    List<CallSite> all = new ArrayList<>();
    all.add(new MillraceCalls("inThread", processes, item -> item + 1));
    if (PythonCalls.isThere()) {
      all.add(new PythonCalls(processes));
    }
    return all;
  }
}
