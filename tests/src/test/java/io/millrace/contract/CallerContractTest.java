package io.millrace.contract;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.Workers;
import io.millrace.testkit.contract.EngineContract;
import io.millrace.testkit.contract.EntryPoint;
import io.millrace.testkit.contract.Trait;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Core's entry points keep all the promises also when the calling thread runs the actions. */
class CallerContractTest implements EngineContract {
  @Override
  public List<EntryPoint> entryPoints() {
    return CoreEntryPoints.all().stream()
        .filter(entry -> !entry.traits().contains(Trait.DETACHED))
        .<EntryPoint>map(InCaller::new)
        .toList();
  }

  private record InCaller(EntryPoint entry) implements EntryPoint {
    @Override
    public String name() {
      return entry.name() + " in the caller";
    }

    @Override
    public Set<Trait> traits() {
      Set<Trait> traits = EnumSet.of(Trait.CALLER_RUNS);
      traits.addAll(entry.traits());
      return traits;
    }

    @Override
    public int batch() {
      return entry.batch();
    }

    @Override
    public int most() {
      return 1;
    }

    @Override
    public Parallel prepare(Parallel parallel) {
      return entry.prepare(parallel).workers(Workers.caller());
    }

    @Override
    public <T, R> Optional<RunStatus> run(
        Parallel parallel,
        Iterable<? extends T> items,
        Action<? super T, ? extends R> action,
        Taker<T, R> taker)
        throws Exception {
      return entry.run(parallel, items, action, taker);
    }
  }
}
