package io.millrace.limit;

/**
 * Tells an adaptive rate of its attempts, also where grants take much longer than refusals. A language model refuses at once, but
 * needs half a minute for what it grants. If the rate heard of grants when they come, it would be judged by what it was half a minute ago. So what was
 * not refused within the time that refusals take is told as granted, and its grant, when it comes, is no news. Where grants do not take
 * much longer, all is told as it comes. Guarded by the limiter's lock; times are in seconds.
 */
final class PresumedGrants {
  /* Grants are slow that take so many times as long as a refusal takes at most; and fast again at half of that. */
  private static final double SLOW = 4;
  private static final double LEAST_SLOW = 0.25;
  /* If nothing was granted yet: so long without an answer. */
  private static final double LEAST_SILENCE = 1;
  private static final double LEAST_PATIENCE = 0.01;
  private static final int FIRST_LENGTH = 1;

  private final LearntPace pace;
  private boolean isSlow;
  private double grantTrip;
  private boolean hasGranted;
  private double refusalTrip;
  private double deviation;
  private boolean hasRefused;
  /* When attempts were sent of which nothing was told yet, and which of them were answered: rings, the oldest first. Lengths are a
   * power of 2. Kept from the first refusal on, if grants are slow, or nobody knows that they are not. */
  private double[] sent = new double[FIRST_LENGTH];
  private boolean[] answered = new boolean[FIRST_LENGTH];
  private int oldest;
  private int size;
  /* Of what was told last. */
  private double toldAt;

  PresumedGrants(LearntPace pace) {
    this.pace = pace;
  }

  void sent(double now) {
    presume(now);
    if (hasRefused && (isSlow || !hasGranted)) {
      add(now);
    }
  }

  void granted(double now, double sentAt) {
    boolean isNews = hear(now, sentAt);
    double trip = now - sentAt;
    grantTrip = hasGranted ? grantTrip + (trip - grantTrip) / 8 : trip;
    hasGranted = true;
    if (isNews) {
      pace.granted(now, sentAt, true);
    } else {
      pace.answered(now, sentAt);
    }
    look(now);
  }

  void refused(double now, double sentAt, double wait) {
    var _ = hear(now, sentAt);
    double off = now - sentAt - refusalTrip;
    deviation = hasRefused ? deviation + (Math.abs(off) - deviation) / 4 : off / 2;
    refusalTrip = hasRefused ? refusalTrip + off / 8 : off;
    hasRefused = true;
    pace.refused(now, sentAt, wait);
    look(now);
  }

  void failed(double now, double sentAt) {
    var _ = hear(now, sentAt);
    pace.failed(now, sentAt);
  }

  void unknown(double now, double sentAt) {
    if (hear(now, sentAt)) {
      pace.unknown(now, sentAt);
    }
  }

  /* After that time no refusal is to be expected any more: as TCP has it for retransmissions. */
  private double patience() {
    return Math.max(LEAST_PATIENCE, refusalTrip + 4 * deviation);
  }

  /* Whether grants are slow. */
  private void look(double now) {
    if (!hasRefused) {
      return;
    }
    dropAnswered();
    double slow = Math.max(LEAST_SLOW, SLOW * patience());
    isSlow =
        hasGranted
            ? grantTrip > (isSlow ? slow / 2 : slow)
            : isSlow || (size > 0 && now - sent[oldest] > Math.max(LEAST_SILENCE, slow));
    if (hasGranted && !isSlow) {
      size = 0;
    }
  }

  /* An answer has come; whether it is the first that is heard of its attempt. */
  private boolean hear(double now, double sentAt) {
    boolean isOpen = forget(sentAt); // first, as nothing is to be presumed of it any more
    presume(now);
    toldAt = now;
    return isOpen || !isSlow;
  }

  private void presume(double now) {
    look(now);
    while (isSlow && size > 0 && sent[oldest] + patience() <= now) {
      double sentAt = sent[oldest];
      dropOldest();
      dropAnswered();
      toldAt = Math.max(toldAt, sentAt + patience());
      pace.granted(toldAt, sentAt, false);
    }
  }

  private void dropAnswered() {
    while (size > 0 && answered[oldest]) {
      dropOldest();
    }
  }

  private void dropOldest() {
    oldest = at(1);
    size--;
  }

  private void add(double now) {
    if (size == sent.length) {
      grow();
    }
    sent[at(size)] = now;
    answered[at(size)] = false;
    size++;
  }

  /** Nothing is to be told of the attempt that was sent then any more; false if something was told already. */
  boolean forget(double sentAt) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sent[at(middle)] < sentAt) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    while (low < size && sent[at(low)] == sentAt) {
      if (!answered[at(low)]) {
        answered[at(low)] = true;
        return true;
      }
      low++;
    }
    return false;
  }

  private int at(int index) {
    return (oldest + index) & (sent.length - 1);
  }

  private void grow() {
    double[] moreSent = new double[2 * size];
    boolean[] moreAnswered = new boolean[2 * size];
    for (int i = 0; i < size; i++) {
      moreSent[i] = sent[at(i)];
      moreAnswered[i] = answered[at(i)];
    }
    sent = moreSent;
    answered = moreAnswered;
    oldest = 0;
  }
}
