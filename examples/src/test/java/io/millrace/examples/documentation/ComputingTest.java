package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.Parallel;
import io.millrace.plan.Workers;
import io.millrace.pool.WorkPool;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/computing.md} shows. */
class ComputingTest {

  private int hash(String file) {
    assertFalse(Thread.currentThread().isVirtual());
    return file.hashCode();
  }

  @Test
  void platformThreads() {
    var files = List.of("a", "b");
    // @start region="platform"
    var hashes = Parallel.of(WorkPool.cores()).workers(Workers.platform()).map(files, this::hash);
    // @end
    assertEquals(List.of("a".hashCode(), "b".hashCode()), hashes.values());
  }
}
