package io.millrace.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.cluster.PermitStore.Reservation;
import io.millrace.cluster.PermitStore.Standing;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long a connection to a server is kept. */
class ServerSessionTest {
  private static final SharedLimit LIMIT = SharedLimit.of("test", RateLimit.perSecond(1));

  /** Its connections are numbers. */
  private static final class Numbered extends ServerSession<Integer> {
    private final List<Integer> ended = new ArrayList<>();
    private int made;
    private long now = Long.MAX_VALUE - 1; // it runs over

    Numbered() {
      super(MemoryPermits.create(), LIMIT);
    }

    int used() {
      return attempt(connection -> connection);
    }

    void pass(Duration time) {
      now += time.toNanos();
    }

    @Override
    long nanoTime() {
      return now;
    }

    @Override
    Integer connect() {
      return ++made;
    }

    @Override
    void end(Integer known) {
      ended.add(known);
    }

    @Override
    String text(Exception failure) {
      return said(failure);
    }

    @Override
    public Reservation reserve(long permits) {
      throw new AssertionError();
    }

    @Override
    public Standing giveBack(long permits) {
      throw new AssertionError();
    }

    @Override
    public Standing pause(Duration duration) {
      throw new AssertionError();
    }

    @Override
    public Standing look() {
      throw new AssertionError();
    }
  }

  @Test
  @DisplayName(
      "A connection that was not used for 30 s, which a firewall may have forgotten, is made anew")
  void idle() {
    Numbered session = new Numbered();
    assertEquals(1, session.used());
    for (int i = 0; i < 10; i++) {
      session.pass(Duration.ofSeconds(29));
      assertEquals(1, session.used());
    }
    session.pass(Duration.ofSeconds(31));
    assertEquals(2, session.used());
    assertEquals(List.of(1), session.ended);
    session.close();
    assertEquals(List.of(1, 2), session.ended);
  }
}
