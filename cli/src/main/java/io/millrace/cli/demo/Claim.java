package io.millrace.cli.demo;

import io.millrace.cli.demo.Receipt.Arrival;
import io.millrace.cli.demo.Receipt.Refusal;
import java.util.List;
import java.util.Map;

/**
 * Something the demo says of Millrace, and whether the server's receipt bears it out.
 *
 * @param holds whether it is true
 * @param text what is said, with the figures
 */
record Claim(boolean holds, String text) {

  /**
   * All of them. They are exact, however slow the machine is, but for the one about the quota: it
   * would take that requests get stuck for 0.4 s between client and server, and then come together.
   */
  static List<Claim> all(Scenario scenario, Trial naive, Trial millrace) {
    return List.of(
        comesBackInTime(millrace.receipt()),
        staysAway(scenario, millrace.receipt()),
        keepsTheRate(scenario, millrace),
        keepsTheQuota(scenario, millrace.receipt()),
        answersOnce(scenario, millrace),
        naiveIsRefused(naive.receipt(), millrace.receipt()));
  }

  private static Claim comesBackInTime(Receipt receipt) {
    List<Refusal> refusals = receipt.refusals();
    long early =
        refusals.stream()
            .filter(
                refusal ->
                    receipt.arrivals().stream()
                        .filter(arrival -> arrival.item() == refusal.item())
                        .anyMatch(refusal::forbids))
            .count();
    String text = "no refused request came back before its Retry-After had passed";
    return new Claim(
        early == 0 && !refusals.isEmpty(), text + ": " + early + " of " + refusals.size());
  }

  /*
   * When the first refusal reaches the client, the limiter is paused. Requests that had their permit
   * by then still arrive; each holds one of the jobs. So there can be jobs - 1 others, and not more.
   */
  private static Claim staysAway(Scenario scenario, Receipt receipt) {
    long most =
        receipt.refusals().stream().mapToLong(refusal -> others(refusal, receipt)).max().orElse(0);
    int underWay = scenario.jobs() - 1;
    return new Claim(
        most <= underWay,
        "after a refusal came only requests already under way, so at most "
            + underWay
            + ": "
            + most);
  }

  private static long others(Refusal refusal, Receipt receipt) {
    return receipt.arrivals().stream().filter(refusal::forbids).count();
  }

  /* The n-th permit is there after n / rate, and a request cannot arrive before its permit. */
  private static Claim keepsTheRate(Scenario scenario, Trial trial) {
    List<Arrival> arrivals = trial.receipt().arrivals();
    long ahead = 0;
    for (int before = 0; before < arrivals.size(); before++) {
      double seconds = (arrivals.get(before).nanos() - trial.startNanos()) / 1e9;
      ahead += before > seconds * scenario.rate() ? 1 : 0;
    }
    return new Claim(
        ahead == 0,
        "no request was ahead of the rate of " + scenario.rate() + " a second: " + ahead);
  }

  private static Claim keepsTheQuota(Scenario scenario, Receipt receipt) {
    long most = receipt.mostInAnySecond();
    return new Claim(
        most <= scenario.quota() && receipt.count(Verdict.OVER_QUOTA) == 0,
        "never more than the server's " + scenario.quota() + " requests in any second: " + most);
  }

  private static Claim answersOnce(Scenario scenario, Trial trial) {
    Map<Integer, Long> answers = trial.receipt().answersByItem();
    long once = answers.values().stream().filter(times -> times == 1).count();
    boolean holds =
        once == scenario.items()
            && answers.size() == scenario.items()
            && trial.answered() == scenario.items();
    return new Claim(
        holds, "every item was answered exactly once: " + once + " of " + scenario.items());
  }

  private static Claim naiveIsRefused(Receipt naive, Receipt millrace) {
    long naively = naive.count(Verdict.OVER_QUOTA);
    long ours = millrace.count(Verdict.OVER_QUOTA);
    return new Claim(
        naively > ours, "the naive way was refused over and over: " + naively + " times");
  }
}
