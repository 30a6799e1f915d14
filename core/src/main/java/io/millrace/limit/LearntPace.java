package io.millrace.limit;

import io.millrace.plan.RateChange.Reason;

/**
 * An adaptive rate: it follows the pace that was granted. Pure arithmetic in seconds and attempts a
 * second, without lock or clock; the limiter's lock guards it.
 *
 * <p>It starts by growing until an attempt is refused. Then it goes on a little below what was granted, holds
 * that for a while, and probes upwards slowly, faster the longer nobody refuses. Of the refusals of one round
 * trip, only the first one counts: the others are of attempts that were sent before it was known.
 */
final class LearntPace {
  private enum Phase {
    /* Grows fast. */
    START,
    /* From a cut back to a little below the known pace. */
    RECOVER,
    /* Stays there. */
    HOLD,
    /* Grows slowly, and faster with time. */
    PROBE,
    /* One attempt at a time, until one is granted. */
    BLOCKED
  }

  private static final double NONE = Double.POSITIVE_INFINITY;
  static final double NEVER = -1e9;
  /* A wait so long is until a window ends; a time so long without a grant is one without use. */
  private static final double LONG_WAIT = 5;
  /* If nothing was granted since a cut that was so lately, nothing is granted at all for a while. */
  private static final double JUST_CUT = 5;
  /* To look for more costs a refusal: at most one in so many attempts, also if few of them go in a second. */
  private static final double BETWEEN_LOOKS = 40;
  private static final double LONGEST_HOLD = 60;
  /* What to begin with where nothing is known, in attempts a second. */
  private static final double FIRST = 20;
  /* While it grows fast, this share of refusals does not end that: a limit soon refuses far more. */
  private static final double CHANCE_AT_START = 0.02;

  private final double start;
  private final double least;
  private final double most;
  private final RecentGrants grants = new RecentGrants();
  private final ChanceRefusals chance = new ChanceRefusals();
  private final Outage outage = new Outage();
  private final LongWaits longWaits = new LongWaits();
  private final AskedWaits asked = new AskedWaits();
  private final CutSample sample = new CutSample();
  private Phase phase = Phase.START;
  private double rate;
  /* The pace known to be granted, and one known to be too much, until when. */
  private double known = NONE;
  private double ceiling = NONE;
  private double ceilingUntil;
  private double roundTrip = 0.1;
  private boolean hasRoundTrip;
  private double cutAt = NEVER;
  private double grantedAt;
  private double grantGap;
  private double resumeAt;
  private double measuredFrom;
  private double phaseSince;
  private double holdFor;
  private double steppedAt;
  private double drift = 1;
  /* Whether a grant was answered. What is only presumed to be granted neither lets the rate grow before that, nor is it worth waiting for. */
  private boolean isProven;
  private boolean grantedSinceCut;
  private boolean wasConfirmed;
  private boolean waitsAreAsked;
  private double probeGap;
  private Reason reason = Reason.STARTING;

  LearntPace(double start, double least, double most) {
    this.least = least;
    this.most = most;
    this.start = Math.clamp(start, least, most);
    this.rate = this.start;
  }

  double rate() {
    double pace = phase == Phase.BLOCKED ? Math.min(rate, 1 / probeGap) : chance.checked(rate);
    return Math.max(least, pace);
  }

  Reason reason() {
    return reason;
  }

  /** Whether it knows more than at first: of refusals alone nothing is learnt. */
  boolean hasLearnt() {
    return rate != start && isProven;
  }

  /** Whether it was ever refused an attempt, or one at a time finds out what is granted. */
  boolean isSlowed() {
    return cutAt != NEVER || phase == Phase.BLOCKED;
  }

  /** Something was granted before. */
  void hasGranted() {
    isProven = true;
  }

  /** Nobody was let go until then. */
  void resumes(double at) {
    resumeAt = Math.max(resumeAt, at);
  }

  /**
   * An attempt was granted.
   *
   * @param isSure whether it was answered; otherwise it was only not refused soon, and may still fail
   */
  void granted(double now, double sentAt, boolean isSure) {
    arrived(now, sentAt, true);
    weigh(now, sentAt, false, 0);
    if (now - Math.max(grantedAt, resumeAt) > LONG_WAIT) { // unused
      longWaits.begin(sentAt, grants.total());
    }
    grantGap = now - grantedAt;
    grantedAt = now;
    grants.add(now);
    grantedSinceCut |= sentAt > cutAt;
    if (isSure) {
      answered(now, sentAt);
    } else if (!outage.isFailing()) {
      goOn(now, sentAt);
    }
    step(now);
  }

  /** An attempt was answered that was told as granted before. */
  void answered(double now, double sentAt) {
    isProven = true;
    goOn(now, sentAt);
    outage.answered();
  }

  private void goOn(double now, double sentAt) {
    if (phase == Phase.BLOCKED && sentAt >= phaseSince) {
      unblock(now);
    }
  }

  /**
   * An attempt was refused.
   *
   * @param wait what the server asks for; 0 if it does not say
   */
  void refused(double now, double sentAt, double wait) {
    arrived(now, sentAt, false);
    waitsAreAsked |= wait > 0;
    asked.refused(now, wait);
    outage.answered();
    boolean isTooMuch = weigh(now, sentAt, true, wait);
    if (sentAt <= cutAt || (sample.isOpen() && sample.isOfStart())) {
      return;
    }
    if (!isProven && !grantedSinceCut) { // nothing is learnt, so there is nothing to protect
      known = NONE;
      beginBelow(now, sentAt);
      return;
    }
    boolean isInVain = !grantedSinceCut && now - asked.nothingSince(cutAt) < JUST_CUT;
    if (phase == Phase.BLOCKED || isInVain) {
      block(now, sentAt, Math.min(1, 2 * roundTrip));
      return;
    }
    boolean isQuota = wait >= LONG_WAIT && isQuota(now, wait);
    if (!isQuota && !grantedSinceCut && asked.hasEnded(now, cutAt, JUST_CUT)) { // no pace was tried
      cut(now, rate, sentAt);
      sample.drop();
      asked.wasInVain();
      return;
    }
    if (isQuota) {
      known = longWaits.pace();
      cut(now, 0.97 * known, sentAt);
      sample.drop();
      enter(Phase.HOLD, now);
      holdFor = 60;
      return;
    }
    if (!isTooMuch) {
      return;
    }
    boolean isStart = phase == Phase.START;
    double estimate = estimate(now, wait, isStart);
    boolean confirmed = phase == Phase.PROBE && Math.abs(estimate - known) <= 0.08 * known;
    wasConfirmed |= confirmed;
    if ((phase == Phase.HOLD || phase == Phase.RECOVER) && now - cutAt > 0.5) {
      ceiling = Math.min(ceiling, rate);
      ceilingUntil = now + 60;
    }
    if (estimate == 0) {
      beginBelow(now, sentAt);
      return;
    }
    if (known != NONE) {
      chance.known(known, now);
    }
    known = isStart ? estimate : Math.min(estimate, ceiling);
    if (waitsAreAsked) {
      holdFor = (confirmed ? 20 : isStart ? 1 : 10) * Math.max(1, wait);
    } else {
      double hold = confirmed ? Math.min(2, 2 * Math.max(1, holdFor)) : 1;
      holdFor = Math.clamp(BETWEEN_LOOKS / known, hold, LONGEST_HOLD);
    }
    if (isStart) {
      measuredFrom = now - startWindow();
    }
    double to = isStart ? known / 2 : beta() * known; // at first far below, until it is corrected
    cut(now, to, sentAt);
    sample.isOfStart(isStart);
    enter(Phase.RECOVER, now);
  }

  /* Weighs an answer; true if there is too much. Whoever asks for a wait says so. */
  private boolean weigh(double now, double sentAt, boolean isRefused, double wait) {
    if (sentAt <= cutAt || phase == Phase.BLOCKED || wait > 0) {
      return isRefused;
    }
    if (phase == Phase.RECOVER && chance.learns(isRefused, rate)) {
      known = chance.peak(); // the cuts were in vain
      ceiling = NONE;
      enter(Phase.START, now);
    }
    chance.check(now, sentAt, isRefused, rate, grants);
    boolean isGrowing = phase == Phase.START && rate != NONE && !waitsAreAsked;
    return chance.weigh(isRefused, isGrowing ? CHANCE_AT_START : 0);
  }

  /* Nobody knows what is granted. */
  private void beginBelow(double now, double sentAt) {
    cut(now, Math.min(isProven ? rate / 2 : start, FIRST), sentAt);
    enter(Phase.START, now);
    sample.drop();
    measuredFrom = now;
  }

  /* The pace that was granted, with what failed for other reasons; 0 if nobody knows. */
  private double estimate(double now, double wait, boolean isStart) {
    double measured = measured(now, isStart, rate) / (1 - outage.usual());
    if (isStart) {
      return measured == NONE ? 0 : Math.min(rate, measured);
    }
    double estimate = Math.min(rate, Math.max(rate / 2, measured));
    boolean isSoon = phase != Phase.PROBE && now - Math.max(resumeAt, cutAt) < 3 * wait;
    return isSoon ? Math.min(estimate, (wasConfirmed ? 0.95 : 0.85) * known) : estimate;
  }

  /*
   * Whether a long wait says that a quota is used up, and not that the pace is too high: by what was granted a second, from one long
   * wait to the end of the next one. At the start nobody knows, so the slower pace counts. Later a pace that is known to be
   * granted was not too high if as much was granted as the last time. Of one that looks for more nobody can tell.
   */
  private boolean isQuota(double now, double wait) {
    boolean isAlike = longWaits.isAlike(now, wait, grants.total());
    boolean isBelieved = phase == Phase.START || (phase != Phase.PROBE && isAlike);
    return longWaits.pace() > 0 && isBelieved;
  }

  private void cut(double now, double to, double firstRefused) {
    sample.begin(firstRefused, now);
    asked.cut();
    cutAt = now;
    grantedSinceCut = false;
    set(to, Reason.REFUSED);
  }

  void failed(double now, double sentAt) {
    arrived(now, sentAt, false);
    outage.failed();
    // without a rate or a grant, nothing says that it minds
    if (phase == Phase.BLOCKED || (rate != NONE && isProven && outage.isLikely())) {
      block(now, sentAt, 0.5);
    }
  }

  /* Nothing is granted any more: one attempt at a time finds out when that ends. */
  private void block(double now, double sentAt, double firstGap) {
    if (phase != Phase.BLOCKED) {
      probeGap = firstGap * Outage.spread(now);
    } else if (sentAt > phaseSince) {
      chance.blocked();
      probeGap = Math.min(5, 1.5 * probeGap * Outage.spread(now));
    } else {
      return;
    }
    enter(Phase.BLOCKED, now);
    reason = Reason.BLOCKED;
  }

  private void unblock(double now) {
    reason = Reason.ANSWERING;
    if (known == NONE) {
      enter(Phase.START, now);
      set(Math.min(FIRST, rate), Reason.ANSWERING);
    } else if (outage.isFailing()) {
      enter(Phase.START, now);
      set(Math.max(Math.min(FIRST, known), known / 4), Reason.ANSWERING);
    } else {
      enter(Phase.RECOVER, now);
    }
  }

  void unknown(double now, double sentAt) {
    arrived(now, sentAt, false);
  }

  private void arrived(double now, double sentAt, boolean wasGranted) {
    double trip = now - sentAt;
    roundTrip = hasRoundTrip ? roundTrip + (trip - roundTrip) / 8 : trip;
    hasRoundTrip = true;
    sample.add(sentAt, wasGranted);
    if (sample.ends(now, roundTrip)) {
      correct(now);
    }
  }

  private void correct(double now) {
    double letIn = sample.granted() / (1 - chance.share()) / (1 - outage.usual());
    double share = letIn / sample.sent();
    double granted = letIn / sample.seconds();
    boolean isEnough = sample.sent() >= 8; // else what was measured before stands
    if (sample.isOfStart()) {
      known = isEnough ? Math.clamp(granted, 0.5 * known, 2 * known) : known;
      set(beta() * known, Reason.REFUSED);
      cutAt = now;
    } else if (isEnough && share >= 0.15 && share < 0.75) {
      known = Math.min(known, granted);
      cutAt = now;
      set(beta() * known, Reason.REFUSED);
    }
  }

  private void step(double now) {
    double elapsed = now - Math.max(steppedAt, resumeAt);
    if (!isProven || elapsed < roundTrip) {
      return;
    }
    steppedAt = now;
    double since = now - Math.max(phaseSince, resumeAt);
    switch (phase) {
      case START -> {
        if (rate != NONE) {
          double up = Math.min(1.5 * rate, 2 * measured(now, true, 0));
          if (known != NONE && up >= safe() * known) {
            up = safe() * known;
            enter(Phase.HOLD, now);
            holdFor = Math.max(1, holdFor);
          }
          set(Math.max(rate, up), Reason.STARTING);
        }
      }
      case RECOVER -> {
        double part = Math.min(1, since);
        set((beta() + (safe() - beta()) * part) * known, Reason.RECOVERING);
        if (part >= 1) {
          enter(Phase.HOLD, now);
        }
      }
      case HOLD -> {
        if (since >= holdFor) {
          enter(Phase.PROBE, now);
          drift = 1;
        }
      }
      case PROBE -> probe(now, Math.min(elapsed, 1));
      case BLOCKED -> {}
    }
  }

  private void probe(double now, double elapsed) {
    if (now > ceilingUntil) {
      ceiling = NONE;
    }
    double bound = ceiling == NONE ? known : Math.max(known, ceiling);
    if (rate > 1.04 * bound) {
      drift = Math.min(64, drift * (1 + 1.6 * elapsed));
    }
    if (rate > 1.07 * ceiling) {
      ceiling = NONE;
    }
    double up = rate + (waitsAreAsked ? 0.35 : 1) * Math.sqrt(rate) * drift * elapsed;
    double used = measured(now, false, 0);
    if (grantGap > 1) { // fewer than can be measured
      used = Math.max(used, 1 / grantGap);
    }
    set(Math.max(rate, Math.min(up, 1.25 * used)), Reason.PROBING);
  }

  private void enter(Phase next, double now) {
    phase = next;
    phaseSince = now;
    steppedAt = now;
  }

  private void set(double to, Reason why) {
    double bounded = Math.clamp(to, least, most);
    if (bounded != rate) {
      rate = bounded;
      reason = why;
    }
  }

  /* What was granted a second, or refused by chance, if it was long enough ago that anything was sent for the first time. */
  private double measured(double now, boolean isStart, double ifTooShort) {
    double begun = Math.max(measuredFrom, resumeAt > 0 ? resumeAt + roundTrip : 0);
    if (now - begun < 1.5 * roundTrip) {
      return ifTooShort;
    }
    double window = isStart ? startWindow() : Math.clamp(20 / rate, 1, RecentGrants.SPAN);
    return grants.since(Math.max(begun, now - window), now) / (1 - chance.share());
  }

  private double startWindow() {
    return Math.max(Math.max(2 * roundTrip, 0.1), Math.min(1, 10 / rate));
  }

  private double beta() {
    return waitsAreAsked ? 0.9 : 0.95;
  }

  private double safe() {
    return waitsAreAsked ? 0.97 : 0.985;
  }
}
