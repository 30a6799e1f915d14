package io.millrace.hammer;

import io.millrace.plan.Truncation;
import java.util.Random;

/**
 * What a plan asks for besides.
 *
 * @param substitutes failures are to become successes with another value
 * @param impatient the run does not wait long for a slot when all of them are lost
 * @param truncation whether a consumer hears that the run was cut short
 * @param keyed a function tells the key of each outcome
 * @param rejects a predicate rejects some of the results
 * @param group how many items are to be done with before the next ones begin; 0 for no groups
 */
record Manner(
    boolean substitutes,
    boolean impatient,
    Truncation truncation,
    boolean keyed,
    boolean rejects,
    int group) {
  static final Manner PLAIN = new Manner(false, false, Truncation.SILENT, false, false, 0);

  static Manner draw(Random random) {
    return new Manner(
        random.nextInt(4) == 0,
        random.nextBoolean(),
        random.nextBoolean() ? Truncation.SILENT : Truncation.THROWN,
        random.nextInt(3) == 0,
        random.nextInt(5) == 0,
        random.nextInt(6) == 0 ? 1 + random.nextInt(20) : 0);
  }

  Manner withoutSubstitutes() {
    return new Manner(false, impatient, truncation, keyed, rejects, group);
  }
}
