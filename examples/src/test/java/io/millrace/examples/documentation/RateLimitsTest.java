package io.millrace.examples.documentation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.limit.Limits;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.Action;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.ServerAnswer;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/rate-limits.md} shows. */
class RateLimitsTest {
  private final List<URI> urls =
      List.of(URI.create("http://a.example/1"), URI.create("http://b.example/1"));

  private int fetch(URI url) {
    return url.getPath().length();
  }

  private long tokens(Prompt prompt) {
    return prompt.text().length() / 4 + prompt.longestAnswer();
  }

  record Prompt(String text, int longestAnswer) {}

  record Answer(String text, long tokens) {}

  private Answer ask(Prompt prompt) {
    return new Answer("yes", 1);
  }

  private static final class QuotaException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void findsItself() {
    // @start region="adaptive"
    var found =
        RateLimit.adaptive() // begins with 20 a second
            .between(1, 500) // never fewer, never more
            .onChange(change -> IO.println(change)); // says why it moved
    var politely = Parallel.of(64).rateLimit(found).retry(Retry.http());
    // @end

    // @start region="reading"
    var read =
        RateLimit.adaptive()
            .reading(
                (result, error, now) ->
                    error instanceof QuotaException
                        ? ServerAnswer.refused()
                        : ServerAnswer.granted());
    // @end

    assertEquals(List.of(2, 2), politely.map(urls, this::fetch).values());
    assertEquals(List.of(2, 2), Parallel.of(2).rateLimit(read).map(urls, this::fetch).values());
  }

  @Test
  void declared() {
    // @start region="declared"
    var output =
        Cost.of(Prompt::longestAnswer) // taken beforehand
            .settling((Prompt prompt, Answer answer) -> answer.tokens()); // what it did take
    var declared =
        RateLimit.declaredByServer(5) // 5 a second until the first answer
            .most(100) // never more, whatever is declared
            .costing(Unit.INPUT_TOKENS, Cost.of(this::tokens))
            .costing(Unit.OUTPUT_TOKENS, output);
    var model = Parallel.of(64).rateLimit(declared).retry(Retry.http());
    // @end

    var prompts = List.of(new Prompt("why?", 100), new Prompt("how?", 200));
    assertEquals(2, model.map(prompts, this::ask).values().size());
  }

  @Test
  void kinds() {
    // @start region="kinds"
    var even = RateLimit.perSecond(50).burst(10); // a token bucket
    var exact = RateLimit.window(100, ofSeconds(1)); // never more in any second, wherever it begins
    var gap = RateLimit.spacing(ofMillis(20)); // from start to start
    var both = RateLimit.all(exact, gap); // from both at once, or wait
    var each = RateLimit.perSecond(5).by(URI::getHost); // for each host on its own
    var mixed = RateLimit.all(RateLimit.perSecond(50), each); // and so many for all hosts together
    // @end
    for (var limit : List.of(even, exact, gap, both, each, mixed)) {
      assertEquals(List.of(2, 2), Parallel.of(2).rateLimit(limit).map(urls, this::fetch).values());
    }
  }

  @Test
  void costs() {
    // @start region="costs"
    var tokens =
        RateLimit.per(90_000, ofMinutes(1))
            .burst(90_000)
            .costing(this::tokens) // what an attempt may cost, taken beforehand
            .settling((Prompt prompt, Answer answer) -> answer.tokens()); // what it did cost
    var calls = RateLimit.perMinute(600).burst(20);

    var parallel = Parallel.of(20).rateLimit(RateLimit.all(calls, tokens));
    // @end
    var prompts = List.of(new Prompt("why?", 100), new Prompt("how?", 200));
    assertEquals(2, parallel.map(prompts, this::ask).values().size());
  }

  @Test
  void shared() {
    // @start region="shared"
    var limiter = RateLimiter.of(RateLimit.perSecond(100).burst(10));

    var pages = Parallel.of(20).rateLimit(limiter).retry(Retry.http());
    var images = Parallel.of(5).rateLimit(limiter).retry(Retry.http());
    // @end
    assertEquals(2, pages.map(urls, this::fetch).size());
    assertEquals(2, images.map(urls, this::fetch).size());
  }

  @Test
  void pausesForEachHost() {
    // @start region="perHost"
    var perHost =
        Parallel.of(64).rateLimit(RateLimit.unlimited().by(URI::getHost)).retry(Retry.http());
    // @end
    assertEquals(2, perHost.map(urls, this::fetch).size());
  }

  @Test
  void perKey() {
    // @start region="perKey"
    var parallel = Parallel.of(64).concurrencyPerKey(8, URI::getHost).window(1_000);
    // @end
    assertEquals(2, parallel.map(urls, this::fetch).size());
  }

  @Test
  void byHand() throws Exception {
    var url = urls.getFirst();
    // @start region="hand"
    var limiter = RateLimiter.of(RateLimit.perSecond(10));

    limiter.acquire(); // waits for its turn
    boolean another = limiter.tryAcquire(); // never waits
    boolean soon = limiter.tryAcquire(ofMillis(50)); // waits at most so long
    limiter.pause(ofSeconds(30)); // the server said so: holds everybody
    // @end
    assertFalse(another && soon && limiter.tryAcquire());
    // @start region="wrap"
    Action<URI, Integer> limited = Limits.maxConcurrent(3).wrap(this::fetch);
    // @end
    assertEquals(2, limited.apply(url));
  }

  @Test
  void breakers() {
    // @start region="breaker"
    var breaker = RateLimit.breaker(0.5, 20, ofSeconds(10));
    var perHost = RateLimit.all(RateLimit.perSecond(50), breaker.by(URI::getHost));
    var parallel = Parallel.of(64).window(1_000).rateLimit(perHost).retry(Retry.http());
    // @end
    // @start region="failing"
    var failing = RateLimit.breaker(0.5, 20, ofSeconds(10)).failing();
    // @end
    assertTrue(parallel.map(List.of(URI.create("http://a/")), URI::getPath).ok());
    assertEquals(20, failing.calls());
  }

  @Test
  void shed() {
    // @start region="shed"
    var parallel = Parallel.of(20).rateLimit(50).shedAfter(ofSeconds(2));
    // @end
    assertTrue(parallel.map(List.of("a"), String::length).ok());
  }
}
