package io.millrace.limit;

/**
 * Tells refusals that are about the pace from those that come by chance at any pace. Guarded by the limiter's lock.
 *
 * <p>The share of refusals that goes on at a small part of the pace is taken for chance. A larger share has to go on where the limit that would
 * explain it lets all attempts in: what was granted a second, if the attempts soon after cuts had come one after the other. From then on, a refusal alone says nothing. How
 * much more likely the latest answers are if more than that is refused is summed up as a logarithm that never falls below 0 (Page's
 * cumulative sum). While nothing is known to be refused by chance, the first refusal is enough.
 *
 * <p>A larger share is checked from time to time, while the pace is used: at half of what is granted a limit refuses little, and chance as much as before.
 * If it was not chance, all of this is forgotten.
 */
final class ChanceRefusals {
  /* What has to add up: a false alarm comes once in some thousand answers. */
  private static final double ENOUGH = 6;
  private static final int LEAST_REFUSALS = 5;
  /* More answers than these fade. */
  private static final int MEMORY = 5_000;
  private static final double MOST = 0.5;
  /* Such a part of the highest known pace is small, and that is remembered so many seconds. */
  private static final double SMALL = 0.15;
  /* So small a share cannot be that of a limit, which would refuse far more at a pace that has to be cut so often. */
  private static final double LITTLE = 0.1;
  /* A larger share goes on if so much of it is refused below the limit that would explain it, of so many answers: what is known of that limit is rough. */
  private static final double BELOW = 0.7;
  private static final double GOES_ON = 0.6;
  private static final int LEAST_EXPECTED = 2;
  private static final int LEAST_ANSWERS = 30;
  /* A check takes so many answers. What was taken for chance is not if less than this part of it is refused then. */
  private static final int CHECKED = 60;
  private static final double STILL_REFUSED = 0.4;
  private static final double CHECK_PACE = 0.5;
  /* A pace is used if at least this part of what chance leaves of it is granted. */
  private static final double USED = 0.5;
  /* From one to the next, in seconds and in times that it took: so a low pace loses little to checks. */
  private static final double BETWEEN_CHECKS = 60;
  private static final double CHECKS_APART = 10;
  private static final double PEAK_LASTS = 60;

  /* The highest known pace of the last while. */
  private double peak;
  private double peakUntil;

  /* Of the answers soon after a cut, and how many of them refused; those since the last grant are pending. */
  private double answers = 1;
  private double refusals;
  private int pending;
  /* How many seconds these would take one after the other; and those that a limit which explains all refusals would surely let in. */
  private double seconds;
  private double within;
  private double refusedWithin;
  private int pendingWithin;
  /* What is refused by chance at most: this much was, at a small part of the pace. */
  private double most;
  private double evidence;
  /* The pace of a check, or infinite; of answers to what was sent since it began. */
  private double checkPace = Double.POSITIVE_INFINITY;
  private double checkFrom;
  private double nextCheck;
  private int checked;
  private int checkedRefused;

  /** The part of all attempts that is refused by chance. */
  double share() {
    return Math.min(most, refusals / answers);
  }

  /** A pace that was granted, before it is cut; now in seconds. */
  void known(double pace, double now) {
    if (pace > peak || now > peakUntil) {
      peak = pace;
      peakUntil = now + PEAK_LASTS;
    }
  }

  /** The highest pace that was known in the last while. */
  double peak() {
    return peak;
  }

  /**
   * An answer to an attempt that was sent soon after a cut.
   *
   * @param pace at which it was sent
   * @return whether much more is now known to be refused by chance than before
   */
  boolean learns(boolean isRefused, double pace) {
    boolean isSmall = pace <= SMALL * peak;
    answers++;
    seconds += 1 / pace;
    boolean isWithin = isSmall && pace <= BELOW * (answers - refusals - pending) / seconds;
    within += isWithin ? 1 : 0;
    if (isRefused) {
      pending++;
      pendingWithin += isWithin ? 1 : 0;
      return false;
    }
    refusals += pending;
    refusedWithin += pendingWithin;
    pending = 0;
    pendingWithin = 0;
    double before = most;
    if (isSmall && refusals >= LEAST_REFUSALS && goesOn()) {
      most = Math.min(MOST, refusals / answers);
    }
    if (answers > MEMORY) {
      answers /= 2;
      refusals /= 2;
      seconds /= 2;
      within /= 2;
      refusedWithin /= 2;
    }
    return most > 1.5 * before;
  }

  /** The pace to go at: less during a check. */
  double checked(double pace) {
    return Math.min(pace, checkPace);
  }

  /** An answer, which may begin or end a check. One that began while little of the pace is used would be far too slow for what comes next. */
  void check(double now, double sentAt, boolean isRefused, double pace, RecentGrants grants) {
    if (share() <= LITTLE) {
      checkPace = Double.POSITIVE_INFINITY;
      nextCheck = now + BETWEEN_CHECKS;
    } else if (checkPace == Double.POSITIVE_INFINITY) {
      double granted = now < nextCheck ? 0 : grants.since(now - RecentGrants.SPAN, now);
      if (granted >= USED * pace * (1 - share())) {
        checkPace = CHECK_PACE * granted;
        checkFrom = now;
        checked = 0;
        checkedRefused = 0;
      }
    } else if (sentAt > checkFrom) {
      checked++;
      checkedRefused += isRefused ? 1 : 0;
      if (checked >= CHECKED) {
        nextCheck = now + BETWEEN_CHECKS + CHECKS_APART * CHECKED / checkPace;
        checkPace = Double.POSITIVE_INFINITY;
        if (checkedRefused < STILL_REFUSED * share() * checked) {
          forget();
        }
      }
    }
  }

  private void forget() {
    answers = 1;
    refusals = 0;
    pending = 0;
    seconds = 0;
    within = 0;
    refusedWithin = 0;
    pendingWithin = 0;
    most = 0;
    evidence = 0;
    peak = 0;
  }

  /* Whether about the same share is refused where a limit would refuse nothing. */
  private boolean goesOn() {
    double share = refusals / answers;
    double expected = share * within;
    boolean isEnough = answers >= LEAST_ANSWERS && expected >= LEAST_EXPECTED;
    return share <= LITTLE || (isEnough && refusedWithin >= GOES_ON * expected);
  }

  /** Nothing is granted any more, so the last refusals were not by chance. */
  void blocked() {
    answers -= pending;
    pending = 0;
    within -= pendingWithin;
    pendingWithin = 0;
  }

  /**
   * Weighs an answer; true if more is refused than chance explains.
   *
   * @param least so much may be by chance in any case
   */
  boolean weigh(boolean isRefused, double least) {
    double usual = Math.max(share(), least);
    double more = 1.5 * usual + 0.05;
    double ratio = isRefused ? more / usual : (1 - more) / (1 - usual);
    evidence = Math.max(0, evidence + Math.log(ratio));
    boolean isEnough = evidence >= ENOUGH;
    evidence = isEnough ? 0 : evidence;
    return isEnough;
  }
}
