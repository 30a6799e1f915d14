package io.millrace.contract;

import io.millrace.testkit.contract.EngineContract;
import io.millrace.testkit.contract.EntryPoint;
import java.util.List;

/** Core's entry points keep all the promises. */
class CoreContractTest implements EngineContract {
  @Override
  public List<EntryPoint> entryPoints() {
    return CoreEntryPoints.all();
  }
}
