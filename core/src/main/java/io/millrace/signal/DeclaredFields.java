package io.millrace.signal;

import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.StructuredField.Member;
import io.millrace.signal.StructuredField.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The fields RateLimit and RateLimit-Policy of draft-ietf-httpapi-ratelimit-headers, as of version 10; and RateLimit
 * as of version 7, which is a dictionary.
 */
final class DeclaredFields implements Dialect {
  private static final long MOST_SECONDS = Signals.LONGEST_WAIT.toSeconds();

  /* The first one has the least left, for the longest time. */
  private static final Comparator<DeclaredLimit> LEAST_LEFT =
      Comparator.<DeclaredLimit>comparingLong(limit -> limit.remaining().orElse(Long.MAX_VALUE))
          .thenComparing(
              limit -> limit.resetsIn().orElse(Duration.ZERO), Comparator.reverseOrder());

  /* Of two policies of one name, the stricter one counts. */
  private static final Comparator<DeclaredLimit> LEAST_QUOTA =
      Comparator.comparingDouble(DeclaredFields::quotaRate);

  @Override
  public Signals read(HttpReply reply, Instant now) {
    String policyText = text(reply, "ratelimit-policy");
    String stateText = text(reply, "ratelimit");
    if (policyText.isEmpty() && stateText.isEmpty()) { // as in most answers
      return Signals.NONE;
    }
    Map<String, DeclaredLimit> limits = new LinkedHashMap<>();
    List<Member> policies = StructuredField.list(policyText).orElse(List.of());
    named(policies).forEach(member -> readPolicy(member, limits));
    List<Member> state = named(StructuredField.list(stateText).orElse(List.of()));
    state.forEach(member -> readState(member, limits));
    if (state.isEmpty()) {
      StructuredField.dictionary(stateText)
          .flatMap(DeclaredFields::dictionary)
          .map(limit -> withWindow(limit, policies))
          .ifPresent(limit -> limits.putIfAbsent(limit.name(), limit));
    }
    return Signals.declaring(new ArrayList<>(limits.values()));
  }

  private static String text(HttpReply reply, String name) {
    return String.join(", ", reply.headers(name));
  }

  private static List<Member> named(List<Member> members) {
    return members.stream().filter(member -> member.value() instanceof String).toList();
  }

  /** Of version 7: {@code 100;w=60}, for the limit with that quota. */
  private static DeclaredLimit withWindow(DeclaredLimit limit, List<Member> policies) {
    return policies.stream()
        .filter(policy -> policy.value() instanceof Long quota && isQuota(quota, limit))
        .flatMap(policy -> number(policy, "w").stream())
        .filter(window -> window > 0)
        .findFirst()
        .map(window -> limit.window(seconds(window)))
        .orElse(limit);
  }

  private static boolean isQuota(long quota, DeclaredLimit limit) {
    return limit.quota().isEmpty() || limit.quota().getAsLong() == quota;
  }

  private static void readPolicy(Member member, Map<String, DeclaredLimit> limits) {
    Optional<Long> quota = number(member, "q");
    if (quota.isEmpty()) {
      return; // it is required
    }
    String name = (String) member.value();
    DeclaredLimit limit = DeclaredLimit.of(name, unit(member.parameters().get("qu")));
    limit = limit.quota(quota.get());
    Optional<Long> seconds = number(member, "w").filter(window -> window > 0);
    limits.merge(
        name,
        seconds.isPresent() ? limit.window(seconds(seconds.get())) : limit,
        (one, other) -> LEAST_QUOTA.compare(one, other) <= 0 ? one : other);
  }

  /* A second, or of all where no window is said. */
  private static double quotaRate(DeclaredLimit limit) {
    return (double) limit.quota().orElse(Long.MAX_VALUE)
        / limit.window().map(Duration::toSeconds).orElse(1L);
  }

  private static void readState(Member member, Map<String, DeclaredLimit> limits) {
    Optional<Long> remaining = number(member, "r");
    if (remaining.isEmpty()) {
      return;
    }
    String name = (String) member.value();
    DeclaredLimit declared = limits.getOrDefault(name, DeclaredLimit.of(name, Unit.REQUESTS));
    DeclaredLimit limit =
        new DeclaredLimit(
            name,
            declared.unit(),
            declared.quota(),
            OptionalLong.of(remaining.get()),
            number(member, "t").map(DeclaredFields::seconds),
            declared.window());
    limits.put(name, declared.remaining().isPresent() ? tighter(declared, limit) : limit);
  }

  /* A name stands once for each of its partitions, of which the client does not know its own. */
  private static DeclaredLimit tighter(DeclaredLimit one, DeclaredLimit other) {
    return LEAST_LEFT.compare(one, other) <= 0 ? one : other;
  }

  private static Optional<DeclaredLimit> dictionary(Map<String, Member> members) {
    Optional<Long> remaining = number(members.get("remaining"));
    if (remaining.isEmpty()) {
      return Optional.empty();
    }
    DeclaredLimit limit = DeclaredLimit.of("default", Unit.REQUESTS).remaining(remaining.get());
    Optional<Long> quota = number(members.get("limit"));
    Optional<Long> reset = number(members.get("reset"));
    limit = quota.isPresent() ? limit.quota(quota.get()) : limit;
    return Optional.of(reset.isPresent() ? limit.resetsIn(seconds(reset.get())) : limit);
  }

  private static Duration seconds(Long seconds) {
    return Duration.ofSeconds(Math.min(seconds, MOST_SECONDS));
  }

  private static Optional<Long> number(Member member, String parameter) {
    return notNegative(member.parameters().get(parameter));
  }

  private static Optional<Long> number(@Nullable Member member) {
    return member == null ? Optional.empty() : notNegative(member.value());
  }

  private static Optional<Long> notNegative(@Nullable Object value) {
    return value instanceof Long number && number >= 0 ? Optional.of(number) : Optional.empty();
  }

  private static Unit unit(@Nullable Object value) {
    String name =
        switch (value) {
          case String text -> text;
          case Token(var token) -> token;
          case null -> "requests";
          default -> "";
        };
    return switch (name) {
      case "requests" -> Unit.REQUESTS;
      case "content-bytes" -> Unit.BYTES;
      case "concurrent-requests" -> Unit.CONCURRENT_REQUESTS;
      default -> Unit.OTHER;
    };
  }
}
