package io.millrace.engine;

/**
 * What a worker that has nothing to do does next: one pure decision.
 *
 * @param condemned items wait that only have to be settled
 * @param resumable items wait that may go on now
 * @param returned fresh items wait that their reader or worker could not run
 * @param late a worker has been busy with one of its items for long, and has others it cannot get to
 * @param readable the source may have more, nobody reads it, and the window has room
 * @param stealable a worker has items it did not get to yet
 * @param hedgeable a call takes long, and may be made a second time
 */
record Admission(
    boolean condemned,
    boolean resumable,
    boolean returned,
    boolean late,
    boolean readable,
    boolean stealable,
    boolean hedgeable) {

  enum Step {
    /** Settle an item that needs no call, as that of an abandoned worker. */
    SETTLE,
    /** Go on with an item that had to wait. */
    RESUME,
    /** Run what somebody could not. */
    TAKE_OVER,
    /** Take some of what another worker holds. */
    STEAL,
    /** Read the source. */
    READ,
    /** Make a call that takes long a second time. */
    HEDGE,
    /** There is nothing to do now; whoever changes that starts a worker. */
    LEAVE
  }

  /** Old items before new ones, so that none is held up by another; first calls before second ones. */
  Step next() {
    if (condemned) {
      return Step.SETTLE;
    }
    if (resumable) {
      return Step.RESUME;
    }
    if (returned) {
      return Step.TAKE_OVER;
    }
    if (late) {
      return Step.STEAL;
    }
    if (readable) {
      return Step.READ;
    }
    if (stealable) {
      return Step.STEAL;
    }
    return hedgeable ? Step.HEDGE : Step.LEAVE;
  }
}
