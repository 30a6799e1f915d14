package io.millrace.bench.peer;

import java.util.List;
import java.util.stream.Stream;

/** All that are compared. */
public final class Contenders {
  public static final String MILLRACE = "millrace";

  /** The version before, where there is one. */
  public static final String BEFORE = "millraceBefore";

  /** Those that hand results out while they read items, in bounded memory. */
  public static final List<String> STREAMING =
      List.of("mapConcurrent", "semaphore", "fixedPool", "reactor", "rxjava", "pekko");

  /** Those for whom each item is a task of its own. */
  public static final List<String> ITEM_BY_ITEM = plus(STREAMING, "parallelCollectors");

  /** All that call a task for so many items at once. */
  public static final List<String> PEERS = plus(ITEM_BY_ITEM, "parallelCollectorsBatching");

  /** Peers that can give each task a deadline. */
  public static final List<String> WITH_DEADLINES = List.of("reactor", "rxjava");

  /** For orientation: they compute, but do not wait for many items at once. */
  public static final List<String> COMPUTING = List.of("sequential", "parallelStream");

  private Contenders() {}

  private static List<String> plus(List<String> names, String name) {
    return Stream.concat(names.stream(), Stream.of(name)).toList();
  }

  public static Contender millrace() {
    return named(MILLRACE);
  }

  public static List<Contender> named(List<String> names) {
    return names.stream().map(Contenders::named).toList();
  }

  public static Contender named(String name) {
    return switch (name) {
      case MILLRACE -> Editions.now().runs(name);
      case BEFORE -> Editions.before().orElseThrow().runs(name);
      case "millracePlatform" -> Editions.now().platformRuns(name);
      case "mapConcurrent" -> new MapConcurrent();
      case "semaphore" -> FutureLoops.semaphore(name);
      case "fixedPool" -> FutureLoops.fixedPool(name);
      case "parallelCollectors" -> new ParallelCollectorsPeer();
      case "parallelCollectorsBatching" -> new ParallelCollectorsBatching();
      case "reactor" -> new ReactorPeer();
      case "rxjava" -> new RxJavaPeer();
      case "pekko" -> new PekkoPeer();
      case "sequential" -> new JdkStreams(name, false);
      case "parallelStream" -> new JdkStreams(name, true);
      default -> throw new IllegalArgumentException("no contender is named " + name);
    };
  }
}
