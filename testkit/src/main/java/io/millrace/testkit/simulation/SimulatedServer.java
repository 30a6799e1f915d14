package io.millrace.testkit.simulation;

import java.util.SplittableRandom;

/** A server in virtual time. Times are nanoseconds since the simulation began, and never go back. */
public interface SimulatedServer {
  /** A request arrives. */
  SimulatedReply arrive(long now, SplittableRandom random);

  /** What the next request asks for. */
  default SimulatedRequest next(SplittableRandom random) {
    return SimulatedRequest.PLAIN;
  }

  /** A request arrives that asks for something. */
  default SimulatedReply arrive(long now, SimulatedRequest request, SplittableRandom random) {
    return arrive(now, random);
  }

  /** The reply to a request has been sent. */
  default void left() {}

  /** How many requests a second an oracle gets, who knows the server, at this time. */
  double allowed(long now);
}
