package io.millrace.cli.http;

/** The encoding of names that are not ASCII (RFC 3492). */
final class Punycode {
  private static final int BASE = 36;
  private static final int LEAST = 1;
  private static final int MOST = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int FIRST_BIAS = 72;
  private static final int FIRST = 128;

  private Punycode() {}

  /** A label of at most 63 characters, which keeps the arithmetic small. */
  static String encode(String label) {
    int[] points = label.codePoints().toArray();
    if (points.length > 63) {
      throw new IllegalArgumentException("the label is too long");
    }
    StringBuilder encoded = new StringBuilder();
    label.codePoints().filter(point -> point < FIRST).forEach(encoded::appendCodePoint);
    int basic = encoded.length();
    int done = basic;
    if (basic > 0) {
      encoded.append('-');
    }
    int bias = FIRST_BIAS;
    int delta = 0;
    for (int next = FIRST; done < points.length; next++, delta++) {
      int smallest = smallest(points, next);
      delta += (smallest - next) * (done + 1);
      next = smallest;
      for (int point : points) {
        if (point < next) {
          delta++;
        } else if (point == next) {
          append(delta, bias, encoded);
          bias = adapted(delta, done + 1, done == basic);
          delta = 0;
          done++;
        }
      }
    }
    return encoded.toString();
  }

  private static int smallest(int[] points, int least) {
    int smallest = Character.MAX_CODE_POINT;
    for (int point : points) {
      if (point >= least && point < smallest) {
        smallest = point;
      }
    }
    return smallest;
  }

  private static void append(int delta, int bias, StringBuilder encoded) {
    int left = delta;
    for (int place = BASE; ; place += BASE) {
      int threshold = Math.clamp((long) place - bias, LEAST, MOST);
      if (left < threshold) {
        encoded.append(digit(left));
        return;
      }
      encoded.append(digit(threshold + (left - threshold) % (BASE - threshold)));
      left = (left - threshold) / (BASE - threshold);
    }
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  private static int adapted(int delta, int points, boolean isFirst) {
    int left = isFirst ? delta / DAMP : delta / 2;
    left += left / points;
    int place = 0;
    while (left > (BASE - LEAST) * MOST / 2) {
      left /= BASE - LEAST;
      place += BASE;
    }
    return place + (BASE - LEAST + 1) * left / (left + SKEW);
  }
}
