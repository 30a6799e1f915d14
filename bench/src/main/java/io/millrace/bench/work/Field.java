package io.millrace.bench.work;

import io.millrace.bench.peer.Edition;
import io.millrace.bench.peer.Editions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Who takes part in a workload.
 *
 * @param subject is measured anew beside each sample of each of the others
 * @param before the version before, each beside its counterpart, which need not be the subject
 */
public record Field(Entry subject, List<Entry> others, List<Pair> before) {
  public Field(Entry subject, List<Entry> others) {
    this(subject, others, List.of());
  }

  /** As this one, with the version before beside the subject, if it is there. */
  Field withBefore(Function<Edition, Entry> entry) {
    return withBefore(subject, entry);
  }

  /** As this one, with the version before beside one of its entries, if it is there. */
  Field withBefore(Entry counterpart, Function<Edition, Entry> entry) {
    List<Pair> more = new ArrayList<>(before);
    Editions.before()
        .ifPresent(edition -> more.add(new Pair(counterpart, entry.apply(edition), true)));
    return new Field(subject, others, List.copyOf(more));
  }

  /** The subject beside each of the others. */
  public List<Pair> pairs() {
    return others.stream().map(other -> new Pair(subject, other, false)).toList();
  }

  /** Everybody once, in the order in which they are shown. */
  public List<Entry> all() {
    return Stream.of(Stream.of(subject), before.stream().map(Pair::other), others.stream())
        .flatMap(each -> each)
        .toList();
  }
}
