package io.millrace.testkit.contract;

import io.millrace.testkit.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.TestInstance;

/** Tests of what all entry points promise. */
@NoLeaks
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public interface Contract {

  /** What the tests run over. */
  List<? extends EntryPoint> entryPoints();
}
