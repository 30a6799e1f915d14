package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.plan.Backoff;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.Retry;
import io.millrace.plan.Workers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** What of its caller an action sees. */
public interface ContextContract extends Contract {

  @Everywhere
  @DisplayName("A76 every attempt sees the caller's thread locals, and its writes reach nobody")
  default void threadLocals(Way way) {
    carriesThreadLocals(way, Workers.virtual());
  }

  @Everywhere
  @DisplayName("A76 thread locals are carried to platform threads")
  default void threadLocalsOnPlatformThreads(Way way) {
    carriesThreadLocals(way, Workers.platform());
  }

  @Everywhere(except = Trait.DETACHED)
  @DisplayName("A76 what an action writes does not leak into the calling thread that runs it")
  default void threadLocalsInTheCallingThread(Way way) {
    carriesThreadLocals(way, Workers.caller());
  }

  private static void carriesThreadLocals(Way way, Workers workers) {
    ThreadLocal<@Nullable String> local = new ThreadLocal<>();
    AtomicReference<@Nullable String> after = new AtomicReference<>();
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    way.over(
            Way.numbers(100),
            item -> {
              seen.add(String.valueOf(local.get()));
              local.set("written for item " + item);
              if (item % 2 == 0) {
                throw new IOException("item " + item);
              }
              return item;
            })
        .with(
            p ->
                p.workers(workers)
                    .context(ContextCarrier.<@Nullable String>of(local))
                    .retry(Retry.ofAttempts(2).backoff(Backoff.none())))
        .within(
            call -> {
              local.set("the caller's");
              call.run();
              after.set(local.get());
            })
        .run()
        .complete(100);
    assertEquals(Set.of("the caller's"), Set.copyOf(seen), "seen by attempts");
    assertEquals(150, seen.size(), "attempts");
    assertEquals("the caller's", after.get(), "seen by the caller afterwards");
  }

  @Everywhere
  @DisplayName("A76 chosen scoped values are bound for every attempt as they are for the caller")
  default void scopedValues(Way way) {
    ScopedValue<String> bound = ScopedValue.newInstance();
    ScopedValue<String> unbound = ScopedValue.newInstance();
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    way.over(Way.numbers(100), item -> seen.add(bound.get() + unbound.isBound()))
        .with(p -> p.scopedValues(bound, unbound))
        .within(call -> ScopedValue.where(bound, "the caller's ").run(call))
        .run()
        .complete(100);
    assertEquals(Set.of("the caller's false"), Set.copyOf(seen), "seen");
  }

  @Everywhere
  @DisplayName("X5 every attempt sees the caller's class loader, and its writes reach nobody")
  default void classLoader(Way way) {
    ClassLoader callers = new ClassLoader(ContextContract.class.getClassLoader()) {};
    AtomicReference<@Nullable ClassLoader> after = new AtomicReference<>();
    List<Boolean> seen = Collections.synchronizedList(new ArrayList<>());
    way.over(
            Way.numbers(100),
            item -> {
              Thread thread = Thread.currentThread();
              seen.add(thread.getContextClassLoader() == callers);
              thread.setContextClassLoader(null);
              return item;
            })
        .within(
            call -> {
              Thread thread = Thread.currentThread();
              ClassLoader before = thread.getContextClassLoader();
              thread.setContextClassLoader(callers);
              try {
                call.run();
              } finally {
                after.set(thread.getContextClassLoader());
                thread.setContextClassLoader(before);
              }
            })
        .run()
        .complete(100);
    assertEquals(Set.of(true), Set.copyOf(seen), "the caller's class loader was seen");
    assertEquals(callers, after.get(), "the caller's class loader afterwards");
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("A76 without being asked for, nothing of the caller is carried")
  default void nothingIsCarriedUnasked(Way way) {
    InheritableThreadLocal<@Nullable String> local = new InheritableThreadLocal<>();
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    way.over(Way.numbers(30), item -> seen.add(String.valueOf(local.get())))
        .within(
            call -> {
              local.set("the caller's");
              call.run();
            })
        .run()
        .complete(30);
    assertEquals(Set.of("null"), Set.copyOf(seen), "seen");
  }
}
