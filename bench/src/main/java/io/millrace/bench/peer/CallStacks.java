package io.millrace.bench.peer;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** All that put policies around a call; with the same attempts, rate and timeout. */
public final class CallStacks {
  public static final int ATTEMPTS = 3;
  public static final int RATE = 1_000_000_000;
  public static final Duration TIMEOUT = Duration.ofSeconds(5);

  private CallStacks() {}

  public static CallStack millrace() {
    return Editions.now().stack(Contenders.MILLRACE);
  }

  public static List<CallStack> peers() {
    return List.of(
        FailsafePolicies.stack(),
        Resilience4jPolicies.stack(),
        Resilience4jPolicies.stackWithoutTimeout());
  }

  public static CallStack named(String name) {
    return Stream.concat(Stream.of(millrace()), peers().stream())
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no stack is named " + name));
  }
}
