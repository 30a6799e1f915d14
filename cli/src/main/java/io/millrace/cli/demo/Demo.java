package io.millrace.cli.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Shows both ways, and checks what it says about them. */
record Demo(Scenario scenario, PrintStream out) {

  /** Whether all claims hold. */
  boolean show() throws IOException, InterruptedException {
    introduce();
    say("fetching the naive way ...");
    Trial naive = Trial.of(Way::naive, scenario);
    say("fetching with Millrace ...");
    Trial millrace = Trial.of(Way::millrace, scenario);
    out.println();
    new Comparison(scenario, naive, millrace).lines().forEach(out::println);
    out.println();
    List<Claim> claims = new ArrayList<>(Claim.all(scenario, naive, millrace));
    print(claims);
    List<Claim> survived = new Survival(Scenario.killed(), out).show();
    print(survived);
    claims.addAll(survived);
    return claims.stream().allMatch(Claim::holds);
  }

  private void print(List<Claim> claims) {
    claims.forEach(claim -> out.println((claim.holds() ? "ok      " : "FAILED  ") + claim.text()));
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  private void introduce() {
    out.printf(
        """
        %d items are fetched from a server on this machine. It takes %d requests in any second and
        refuses more with 429 and Retry-After: 1; it is down once, for a second, with 503 and
        Retry-After: 1; some of its answers break off, and some hang.

        naive:    a thread for each item, %d tries %s ms apart
        Millrace: Parallel.of(%d).rateLimit(RateLimit.perSecond(%d))
                      .retry(Retry.http().attempts(%d)).attemptTimeout(Duration.ofSeconds(%d))

        """,
        scenario.items(),
        scenario.quota(),
        Scenario.NAIVE_TRIES,
        Scenario.NAIVE_PAUSE.toMillis(),
        scenario.jobs(),
        scenario.rate(),
        Scenario.MILLRACE_ATTEMPTS,
        scenario.timeout().toSeconds());
    out.flush();
  }
}
