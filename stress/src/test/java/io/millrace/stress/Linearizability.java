package io.millrace.stress;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Runs random scenarios of a few operations in two threads: under a model checker, which goes through
 * the interleavings one by one, and on real threads. What the operations return has to be what they
 * return in some order one after the other.
 */
public final class Linearizability {
  private static final int SCENARIOS = Integer.getInteger("millrace.stress.scenarios", 20);
  private static final int RUNS = 500;
  /* The search for a known fault ends with the first scenario that shows it. */
  private static final int SCENARIOS_OF_CONTROL = 200;
  private static final int RUNS_OF_CONTROL = 100;

  private Linearizability() {}

  /** Every run of these operations has to be one of the sequential specification. */
  public static void holds(Class<?> operations, Class<?> specification) {
    sized(new ModelCheckingOptions(), SCENARIOS, RUNS)
        .sequentialSpecification(specification)
        .check(operations);
    sized(new StressOptions(), SCENARIOS, RUNS)
        .sequentialSpecification(specification)
        .check(operations);
  }

  /** The control: the search has to find that these operations are not linearizable. */
  public static void isRefuted(Class<?> racy) {
    ModelCheckingOptions search =
        sized(new ModelCheckingOptions(), SCENARIOS_OF_CONTROL, RUNS_OF_CONTROL)
            .minimizeFailedScenario(false);
    assertThrows(LincheckAssertionError.class, () -> search.check(racy));
  }

  private static <O extends Options<O, ?>> O sized(O options, int scenarios, int runs) {
    return options
        .iterations(scenarios)
        .invocationsPerIteration(runs)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(2);
  }
}
