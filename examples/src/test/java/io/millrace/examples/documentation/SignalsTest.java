package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.Retry;
import io.millrace.signal.Dialect;
import io.millrace.signal.HttpReply;
import io.millrace.signal.Signals;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code docs/signals.md} shows. */
class SignalsTest {
  private final List<Object> logged = new ArrayList<>();

  private record Answer(int statusCode, Map<String, String> headers) implements HttpReply {
    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  private void log(Object... what) {
    logged.addAll(List.of(what));
  }

  @Test
  void reading() {
    HttpReply reply =
        new Answer(429, Map.of("x-ratelimit-remaining", "0", "x-ratelimit-reset", "30"));
    // @start region="reading"
    var signals = Signals.in(reply, Instant.now());
    signals.repeat(); // UNSAID, YES or NO
    signals.delay(); // how long to stay away
    for (var limit : signals.limits()) {
      log(limit.name(), limit.unit(), limit.remaining(), limit.resetsIn());
    }
    // @end
    assertEquals(Optional.of(Duration.ofSeconds(30)), signals.delay());
    assertEquals("default", logged.getFirst());
  }

  @Test
  void ownDialect() {
    // @start region="dialect"
    Dialect own =
        (answer, now) ->
            answer
                .header("x-come-back-in-minutes")
                .map(minutes -> Signals.waitFor(Duration.ofMinutes(Long.parseLong(minutes))))
                .orElse(Signals.NONE);

    var dialects = new ArrayList<Dialect>(Dialect.known());
    dialects.addFirst(own);
    var retry = Retry.http(dialects);
    // @end
    HttpReply reply = new Answer(429, Map.of("x-come-back-in-minutes", "2", "retry-after", "1"));
    assertTrue(retry.rejects(null, reply));
    assertEquals(Optional.of(Duration.ofMinutes(2)), retry.serverWait(reply, null, Instant.now()));
  }
}
