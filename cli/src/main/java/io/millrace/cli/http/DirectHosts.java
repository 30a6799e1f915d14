package io.millrace.cli.http;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hosts to which no proxy leads: {@code no_proxy}, read as curl reads it. */
sealed interface DirectHosts {

  /** Every host. */
  record All() implements DirectHosts {}

  /**
   * Some hosts.
   *
   * @param entries names and addresses, in lower case; an address may have the length of a prefix
   */
  record Some(List<String> entries) implements DirectHosts {}

  /** What the variable says; only alone is {@code *} every host. */
  static DirectHosts of(String list) {
    if (list.equals("*")) {
      return new All();
    }
    return new Some(
        Arrays.stream(list.toLowerCase(Locale.ROOT).split("[,\\s]+"))
            .filter(Predicate.not(String::isEmpty))
            .toList());
  }

  /** No host. */
  static DirectHosts none() {
    return new Some(List.of());
  }

  private static String withoutFinalDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * Whether a host is one of them.
   *
   * @param host in lower case; an IPv6 address has its brackets
   */
  default boolean include(String host) {
    return switch (this) {
      case All _ -> true;
      case Some(var entries) -> {
        Optional<Address> address = Address.of(host.replaceAll("[\\[\\]]", ""));
        String name = withoutFinalDot(host);
        yield entries.stream()
            .anyMatch(
                entry -> address.isPresent() ? address.get().isIn(entry) : isWithin(name, entry));
      }
    };
  }

  private static boolean isWithin(String name, String entry) {
    String domain = withoutFinalDot(entry);
    String bare = domain.startsWith(".") ? domain.substring(1) : domain;
    return !bare.isEmpty() && (name.equals(bare) || name.endsWith("." + bare));
  }

  /**
   * An address of a host.
   *
   * @param bytes 4 or 16
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Address(byte[] bytes) {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern NETWORK = Pattern.compile("([^/]*)(?:/(\\d{1,3}))?");
    private static final int MAPPED = 12;

    static Optional<Address> of(String text) {
      boolean isV6 = text.contains(":");
      if (!isV6 && !IPV4.matcher(text).matches()) {
        return Optional.empty();
      }
      try {
        byte[] bytes = InetAddress.ofLiteral(text).getAddress();
        return Optional.of(new Address(isV6 && bytes.length == 4 ? mapped(bytes) : bytes));
      } catch (IllegalArgumentException none) {
        return Optional.empty();
      }
    }

    /* The JDK makes an IPv4 address of an IPv6 address that holds one. */
    private static byte[] mapped(byte[] v4) {
      byte[] v6 = new byte[MAPPED + v4.length];
      v6[MAPPED - 2] = -1;
      v6[MAPPED - 1] = -1;
      System.arraycopy(v4, 0, v6, MAPPED, v4.length);
      return v6;
    }

    /**
     * Whether it is in a network.
     *
     * @param network an address, perhaps with the length of its prefix, where 0 is all of it
     */
    boolean isIn(String network) {
      Matcher form = NETWORK.matcher(network);
      if (!form.matches()) {
        return false;
      }
      Optional<Address> base = of(form.group(1));
      int said = form.group(2) == null ? 0 : Integer.parseInt(form.group(2));
      int most = bytes.length * Byte.SIZE;
      return said <= most
          && base.isPresent()
          && base.get().bytes.length == bytes.length
          && startsAs(base.get().bytes, said == 0 ? most : said);
    }

    private boolean startsAs(byte[] other, int bits) {
      int whole = bits / Byte.SIZE;
      if (!Arrays.equals(bytes, 0, whole, other, 0, whole)) {
        return false;
      }
      int rest = bits % Byte.SIZE;
      return rest == 0 || ((bytes[whole] ^ other[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
    }
  }
}
