package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.call.Shape;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.plan.Action;
import io.millrace.plan.Budget;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.pool.Work;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever is given a source that has to be closed closes it, once, whatever happens. */
@NoLeaks
class SourceClosingTest {
  private final IllegalStateException broken = new IllegalStateException("broken");

  /** Something that is given a source, and uses it up. */
  interface Use {
    void use(Watched items, Action<Integer, Integer> action) throws Exception;
  }

  /** All that take a source beside the entry points of a run; the toString names them. */
  enum Taker implements Use {
    MAP {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        Parallel.of(2).failFast().map(items, action);
      }
    },
    STREAM {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        drain(Parallel.of(2).failFast().stream(items, action));
      }
    },
    BATCHES {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        drain(Parallel.of(2).failFast().batches(items, 3, action));
      }
    },
    ZIPPED {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        Parallel.of(2).failFast().map(items, List.of(1, 2, 3, 4, 5, 6), (a, b) -> action.apply(a));
      }
    },
    CHUNKS {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        Parallel.of(2)
            .failFast()
            .map(Source.chunks(items, 2), chunk -> action.apply(chunk.getFirst()));
      }
    },
    SHAPED {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        Call.of(Parallel.of(2)).input(Shape.sanitized().unique()).list(items, action(action));
      }
    },
    CALL {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        Call.of(Parallel.of(2), action).list(items);
      }
    },
    CALL_BATCHES {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        drain(Call.of(Parallel.of(2), action).batches(items, 2));
      }
    },
    EXECUTOR_MAP {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        try (ParallelExecutor executor = ParallelExecutor.of(2)) {
          executor.map(items, action);
        }
      }
    },
    EXECUTOR_MAP_ITER {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        try (ParallelExecutor executor = ParallelExecutor.of(2)) {
          drain(executor.mapIter(items, action));
        }
      }
    },
    EXECUTOR_MAP_ITER_TO_ITS_END {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        try (ParallelExecutor executor = ParallelExecutor.of(2)) {
          var _ = executor.mapIter(items, action).toList(); // closed by its end
        }
      }
    },
    COLLECT {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) {
        Work.collect(items.tasks(action), 2);
      }
    },
    RESOLVE {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) throws Exception {
        try (var all = Work.resolve(items.tasks(action), 2, 0)) {
          for (var each : all.toList()) {
            each.value();
          }
        }
      }
    },
    GENERATE {
      @Override
      public void use(Watched items, Action<Integer, Integer> action) throws Exception {
        try (Stream<Integer> all = Work.generate(items, 2)) {
          for (Integer item : all.toList()) {
            action.apply(item);
          }
        }
      }
    };

    private static void drain(Stream<?> stream) {
      try (stream) {
        stream.forEach(element -> {});
      }
    }

    private static Action<Object, Integer> action(Action<Integer, Integer> action) {
      return item -> action.apply((Integer) item);
    }
  }

  @DisplayName("S1: a source is closed once at its end")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aSourceIsClosedAtItsEnd(Taker taker) throws Exception {
    Watched items = new Watched(5);
    taker.use(items, item -> item);
    assertTrue(items.isClosed(), items::toString);
  }

  @DisplayName("S1: a source is closed once if an item fails")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aSourceIsClosedIfAnItemFails(Taker taker) {
    Watched items = new Watched(1_000);
    IOException failure = new IOException("failure");
    assertSame(
        failure,
        assertThrows(
            IOException.class,
            () ->
                taker.use(
                    items,
                    item -> {
                      throw failure;
                    })));
    assertTrue(items.isClosed(), items::toString);
  }

  @DisplayName("S1: a source is closed once if it breaks itself")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aSourceIsClosedIfItBreaks(Taker taker) {
    Watched items =
        new Watched(
            3,
            () -> {
              throw broken;
            });
    assertSame(broken, assertThrows(Exception.class, () -> taker.use(items, item -> item)));
    assertTrue(items.isClosed(), items::toString);
  }

  @DisplayName("S1: a source whose iterator cannot be made is closed once")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aSourceWithoutAnIteratorIsClosed(Taker taker) {
    Watched items = Watched.unreadable(broken);
    assertSame(broken, assertThrows(Exception.class, () -> taker.use(items, item -> item)));
    assertTrue(items.isClosed(), items::toString);
  }

  @DisplayName(
      "S1: every entry point of a run closes its source, also an iterable of somebody else")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GATHERER") // whose source is the stream's
  void everyEntryPointClosesItsSource(EntryPoint entry) throws Exception {
    Watched items = new Watched(10);
    entry.run(Parallel.of(3), items, item -> item);
    Soon.until(items::isClosed); // a publisher says that it has ended before it has closed

    Watched stopped = new Watched(10);
    StopToken token = new StopToken();
    token.stop();
    entry.run(Parallel.of(3).stopToken(token), stopped, item -> item);
    Soon.until(stopped::isClosed);

    Watched aborted = new Watched(1_000);
    entry.run(
        Parallel.of(3).maxFailures(2),
        aborted,
        item -> {
          throw new IOException("failure");
        });
    Soon.until(aborted::isClosed);
  }

  @DisplayName("S1: a run that cannot begin closes its source")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GATHERER")
  void aRunThatCannotBeginClosesItsSource(EntryPoint entry) {
    ContextCarrier<Object> carrier =
        new ContextCarrier<>() {
          @Override
          public Object capture() {
            throw broken;
          }

          @Override
          public Runnable install(Object captured) {
            throw new AssertionError("nothing was captured");
          }
        };
    Watched items = new Watched(10);
    Exception thrown =
        assertThrows(
            Exception.class,
            () -> entry.run(Parallel.of(3).context(carrier), items, (Integer item) -> item));
    assertSame(broken, thrown);
    assertTrue(items.isClosed(), items::toString);
  }

  @Test
  @DisplayName("S1: a collection that cannot tell its size is closed")
  void aCollectionWithoutASizeIsClosed() {
    AtomicInteger closed = new AtomicInteger();
    final class Broken extends AbstractCollection<Integer> implements AutoCloseable {
      @Override
      public Iterator<Integer> iterator() {
        throw new AssertionError("read");
      }

      @Override
      public int size() {
        throw broken;
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }
    }
    var thrown =
        assertThrows(Exception.class, () -> Parallel.of(2).map(new Broken(), item -> item));
    assertSame(broken, thrown);
    assertEquals(1, closed.get());
  }

  /** A stream that was not read. */
  static Stream<Function<Watched, Stream<?>>> streams() {
    ParallelExecutor executor = ParallelExecutor.of(2);
    Action<Integer, Integer> same = item -> item;
    return Stream.of(
        items -> Parallel.of(2).stream(items, same),
        items -> Parallel.of(2).batches(items, 2, same),
        items -> Parallel.of(2).function(same).stream(items),
        items -> Parallel.of(2).start(items, same).stream(),
        items -> Call.of(Parallel.of(2), same).batches(items, 2),
        items -> Call.of(Parallel.of(2), same).input(Shape.sanitized()).batches(items, 2),
        items -> executor.mapIter(items, same),
        items -> Work.resolve(items.tasks(same), 2, 1),
        items -> Work.generate(items, 2));
  }

  @DisplayName("S1: a stream that is closed before it is read closes its source, and reads nothing")
  @ParameterizedTest(name = "{displayName}: {index}")
  @MethodSource("streams")
  void aStreamThatIsNotReadClosesItsSource(Function<Watched, Stream<?>> making) {
    Watched items = new Watched(10);
    Stream<?> stream = making.apply(items);
    stream.close();
    stream.close();
    assertTrue(items.isClosed(), items::toString);
  }

  /** A call that is refused. */
  static Stream<Consumer<Watched>> refusals() {
    ParallelExecutor executor = ParallelExecutor.of(2);
    Action<Integer, Integer> same = item -> item;
    Action<Integer, Integer> none = null;
    Action.Two<Integer, Integer, Integer> noneOfTwo = null;
    Call<Integer, Integer> call = Call.of(Parallel.of(2), same);
    return Stream.of(
        items -> Parallel.of(2).map(items, none),
        items -> Parallel.of(2).unordered().map(items, same),
        items -> Parallel.of(2).map(items, List.of(1), noneOfTwo),
        items -> Parallel.of(2).stream(items, none),
        items -> Parallel.of(2).batches(items, 0, same),
        items -> Parallel.of(2).batches(items, 1, none),
        items -> Parallel.of(2).forEach(items, null),
        items -> Parallel.of(2).start(items, none),
        items -> Parallel.of(2).publisher(items, none),
        items -> Parallel.of(2).workers(Workers.caller()).publisher(items, same),
        items -> Source.chunks(items, 0),
        items -> Source.zip(items, null),
        items -> Source.zip(null, items),
        items -> call.batches(items, 0),
        items -> call.list(items, null),
        items -> Call.of(Parallel.of(2)).list(items),
        items -> call.with(parallel -> parallel.unordered()).list(items),
        items -> executor.map(items, none),
        items -> executor.map(items, List.of(1), noneOfTwo),
        items -> executor.mapIter(items, same, null, Duration.ZERO),
        items -> executor.mapIter(items, same, TaskOptions.none(), Duration.ofMillis(-1)),
        items -> Work.collect(items.tasks(same), 0),
        items -> Work.resolve(items.tasks(same), 0, 1),
        items -> Work.resolve(items.tasks(same), 1, -1),
        items -> Work.generate(items, 0));
  }

  @DisplayName("S1: a call that is refused for its other arguments closes the source it was given")
  @ParameterizedTest(name = "{displayName}: {index}")
  @MethodSource("refusals")
  void aRefusedCallClosesItsSource(Consumer<Watched> call) {
    Watched items = new Watched(10);
    assertThrows(RuntimeException.class, () -> call.accept(items));
    assertTrue(items.isClosed(), items::toString);
  }

  @Test
  @DisplayName("S1: both of two sources are closed, also if the second one's iterator is not made")
  void bothOfTwoSourcesAreClosed() {
    Watched first = new Watched(3);
    Watched second = Watched.unreadable(broken);
    var thrown =
        assertThrows(Exception.class, () -> Parallel.of(2).map(first, second, (a, b) -> a + b));
    assertSame(broken, thrown);
    assertTrue(first.isClosed(), first::toString);
    assertTrue(second.isClosed(), second::toString);
  }

  @Test
  @DisplayName("S1: an iterator is closed with its source, read or not")
  void anIteratorIsClosedWithItsSource() {
    Watched read = new Watched(3);
    Parallel.of(2).map(Source.of(read.iterator()), item -> item);
    assertEquals("1 opened, 1 of them closed; closed 0 times", read.toString());
    Watched unread = new Watched(3);
    Parallel.of(2).stream(Source.of(unread.iterator()), item -> item).close();
    assertEquals("1 opened, 1 of them closed; closed 0 times", unread.toString());
  }

  @Test
  @DisplayName("S1: a source stays open if only its iterator is passed on")
  void aSourceStaysOpenIfItsIteratorIsPassedOn() {
    Watched items = new Watched(3);
    Parallel.of(2).map(items::iterator, item -> item);
    Parallel.of(2).map(items::iterator, item -> item);
    assertEquals("2 opened, 2 of them closed; closed 0 times", items.toString());
  }

  @Test
  @DisplayName("S1: a directory stream is closed")
  void aDirectoryStreamIsClosed(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("file"));
    var entries = Files.newDirectoryStream(folder);
    assertEquals(1, Parallel.of(2).map(entries, Path::getFileName).values().size());
    assertThrows(IllegalStateException.class, entries::iterator); // says the stream of itself
  }

  @Test
  @DisplayName("S1: closing an executor's stream from outside leaves a read alone, then closes")
  void closingFromOutsideLeavesAReadAlone() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Watched items =
        new Watched(
            0,
            () -> {
              reading.countDown();
              Counting.waitingFor(goOn).run();
            });
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      Stream<Integer> values = executor.mapIter(items, item -> item);
      Thread reader = Thread.ofVirtual().start(() -> values.forEach(value -> {}));
      reading.await();
      values.close();
      assertFalse(items.isClosed());
      goOn.countDown();
      reader.join();
    }
    assertTrue(items.isClosed(), items::toString);
  }

  @Test
  @DisplayName("S1: several sources are closed if the run is refused for its other options")
  void refusedForOtherOptions() {
    Parallel refusing = Parallel.of(2).budget(Budget.acrossRuns(Budget.calls(5)));
    Watched first = new Watched(3);
    Watched second = new Watched(3);
    Watched third = new Watched(3);
    assertThrows(
        IllegalArgumentException.class, () -> refusing.map(first, second, (a, b) -> "value"));
    assertTrue(first.isClosed() && second.isClosed(), first + ", " + second);
    Watched again = new Watched(3);
    Watched secondAgain = new Watched(3);
    assertThrows(
        IllegalArgumentException.class,
        () -> refusing.map(again, secondAgain, third, (a, b, c) -> "value"));
    assertTrue(
        again.isClosed() && secondAgain.isClosed() && third.isClosed(),
        again + ", " + secondAgain + ", " + third);
  }
}
