package io.millrace.cli.limit;

import java.util.List;
import java.util.Locale;

/** What a server has granted and refused, as it has written it down. Seconds count from the first request. */
record ServerLog(List<Entry> entries) {

  /** A request that was answered. */
  record Entry(double seconds, boolean isGranted) {}

  static ServerLog of(List<Entry> entries) {
    double first = entries.stream().mapToDouble(Entry::seconds).min().orElse(0);
    return new ServerLog(
        entries.stream()
            .map(entry -> new Entry(entry.seconds() - first, entry.isGranted()))
            .toList());
  }

  /** What came from this second on, up to another one. */
  ServerLog between(double from, double to) {
    return new ServerLog(
        entries.stream().filter(each -> each.seconds() >= from && each.seconds() < to).toList());
  }

  long granted() {
    return entries.stream().filter(Entry::isGranted).count();
  }

  /** The part of all requests that was refused. */
  double refused() {
    return entries.isEmpty() ? 0 : 1 - (double) granted() / entries.size();
  }

  /** Granted and refused in each second. */
  String bySecond(int seconds) {
    StringBuilder text = new StringBuilder();
    for (int second = 0; second < seconds; second++) {
      ServerLog part = between(second, second + 1);
      text.append(
          String.format(
              Locale.ROOT, " %d/%d", part.granted(), part.entries().size() - part.granted()));
    }
    return text.toString();
  }
}
