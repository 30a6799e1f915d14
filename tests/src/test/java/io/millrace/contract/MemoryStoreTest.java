package io.millrace.contract;

import io.millrace.checkpoint.CheckpointStore;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.contract.CheckpointStoreContract;

/** The testkit's store keeps what every store has to. */
class MemoryStoreTest implements CheckpointStoreContract {
  @Override
  public CheckpointStore newStore() {
    return new MemoryStore();
  }
}
