package io.millrace.signal;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates as servers write them: the three forms of RFC 9110, section 5.6.7, ISO 8601, and that of JavaScript. */
final class Dates {
  private static final DateTimeFormatter IMF_FIXDATE = utc("EEE, dd MMM yyyy HH:mm:ss 'GMT'");
  private static final DateTimeFormatter ASCTIME = utc("EEE MMM ppd HH:mm:ss yyyy");
  private static final DateTimeFormatter JAVASCRIPT =
      DateTimeFormatter.ofPattern("EEE MMM dd yyyy HH:mm:ss 'GMT'xx", Locale.ENGLISH);

  private static final Pattern LEAP_SECOND = Pattern.compile("(.*\\d\\d:59):60((?!\\d).*)");

  private Dates() {}

  private static DateTimeFormatter utc(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
  }

  /**
   * The instant; empty if it is in none of the forms. A year of two digits is at most 50 years ahead of now. A leap second
   * is the first one after it.
   */
  static Optional<Instant> instant(String value, Instant now) {
    Matcher leap = LEAP_SECOND.matcher(value);
    return leap.matches()
        ? inAnyForm(leap.group(1) + ":59" + leap.group(2), now).map(date -> date.plusSeconds(1))
        : inAnyForm(value, now);
  }

  private static Optional<Instant> inAnyForm(String value, Instant now) {
    return List.of(
            IMF_FIXDATE, rfc850(now), ASCTIME, DateTimeFormatter.ISO_OFFSET_DATE_TIME, JAVASCRIPT)
        .stream()
        .flatMap(form -> parsed(value, form).stream())
        .findFirst();
  }

  private static DateTimeFormatter rfc850(Instant now) {
    LocalDate firstYear = LocalDate.ofInstant(now, ZoneOffset.UTC).minusYears(49);
    return new DateTimeFormatterBuilder()
        .appendPattern("EEEE, dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, firstYear)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.ENGLISH)
        .withZone(ZoneOffset.UTC);
  }

  private static Optional<Instant> parsed(String value, DateTimeFormatter form) {
    try {
      return Optional.of(form.parse(value, Instant::from));
    } catch (DateTimeParseException otherForm) {
      return Optional.empty();
    }
  }
}
