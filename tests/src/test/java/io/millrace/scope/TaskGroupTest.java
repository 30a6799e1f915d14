package io.millrace.scope;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tasks that begin and end together. */
@NoLeaks
class TaskGroupTest {
  private final Sequence sequence = new Sequence();
  private final Thread self = Thread.currentThread();
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();

  private static Void blockForEver() throws InterruptedException {
    new CountDownLatch(1).await();
    return null;
  }

  @Test
  @DisplayName("LF9: tasks have results, which may be null")
  void tasksHaveResults() {
    int sum =
        TaskGroup.call(
            group -> {
              Handle<Integer> one = group.start(() -> 1);
              Handle<Integer> two = group.start("second", () -> 2);
              assertEquals(List.of("task 1", "second"), List.of(one.name(), two.toString()));
              Handle<String> nothing = group.start(() -> null);
              assertNull(nothing.result());
              assertTrue(nothing.isDone());
              return one.result() + two.result() + one.result();
            });
    assertEquals(4, sum);
    assertNull(TaskGroup.call(group -> null));
  }

  @Test
  @DisplayName("A61, LF9: all tasks have ended when the group is left")
  void allTasksHaveEnded() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(1);
    List<Handle<?>> handles = new ArrayList<>();
    TaskGroup.run(
        group -> {
          for (int task = 0; task < 100; task++) {
            handles.add(
                group.start(
                    () -> {
                      left.await();
                      ended.incrementAndGet();
                    }));
          }
          left.countDown();
        });
    assertEquals(100, ended.get());
    assertTrue(handles.stream().allMatch(Handle::isDone));
  }

  @Test
  @DisplayName("LF9: however many there are, all tasks run at once")
  void allTasksRunAtOnce() {
    int parties = 2_000;
    CyclicBarrier all = new CyclicBarrier(parties);
    TaskGroup.run(
        group -> {
          for (int task = 0; task < parties; task++) {
            group.start(() -> all.await());
          }
        });
    assertEquals(0, all.getNumberWaiting());
  }

  @Test
  @DisplayName("LF9: a task may wait for tasks that were started after it")
  void aTaskMayWaitForLaterOnes() {
    int length = 500;
    int result =
        TaskGroup.call(
            group -> {
              List<AtomicReference<Handle<Integer>>> chain = new ArrayList<>();
              CountDownLatch all = new CountDownLatch(1);
              for (int task = 0; task < length; task++) {
                chain.add(new AtomicReference<>());
              }
              for (int task = 0; task < length; task++) {
                int index = task;
                chain
                    .get(task)
                    .set(
                        group.start(
                            () -> {
                              all.await();
                              return index + 1 == length
                                  ? 1
                                  : chain.get(index + 1).get().result() + 1;
                            }));
              }
              all.countDown();
              return chain.getFirst().get().result();
            });
    assertEquals(length, result);
  }

  @Test
  @DisplayName(
      "A61, LF9: the first failure cancels the siblings, and is thrown when all have ended")
  void theFirstFailureCancelsTheSiblings() {
    IOException broken = new IOException("broken");
    CountDownLatch running = new CountDownLatch(2);
    TaskGroup.Work sibling =
        () -> {
          running.countDown();
          try {
            blockForEver();
          } finally {
            seen.add("cancelled");
          }
        };
    assertSame(
        broken,
        assertThrows(
            IOException.class,
            () ->
                TaskGroup.run(
                    group -> {
                      group.start(sibling);
                      group.start(sibling);
                      group.start(
                          () -> {
                            running.await();
                            throw broken;
                          });
                    })));
    assertEquals(List.of("cancelled", "cancelled"), List.copyOf(seen));
    assertEquals(0, broken.getSuppressed().length);
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName(
      "A61, A35, LF9: the failures that come later are suppressed in the first one in time")
  void laterFailuresAreSuppressed() {
    IOException first = new IOException("first");
    IllegalStateException second = new IllegalStateException("second");
    AssertionError third = new AssertionError("third");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                TaskGroup.run(
                    group -> {
                      CountDownLatch running = new CountDownLatch(2);
                      Handle<?> slow =
                          group.start(
                              () -> {
                                running.countDown();
                                try {
                                  blockForEver();
                                } catch (InterruptedException cancelled) {
                                  throw second;
                                }
                              });
                      group.start(
                          () -> {
                            running.countDown();
                            try {
                              blockForEver();
                            } catch (InterruptedException cancelled) {
                              while (!slow.isDone()) {
                                Thread.onSpinWait();
                              }
                              throw third;
                            }
                          });
                      group.start(
                          () -> {
                            running.await();
                            throw first;
                          });
                    }));
    assertSame(first, thrown);
    assertEquals(List.of(second, third), List.of(first.getSuppressed()));
  }

  @Test
  @DisplayName("LF9: the failure of the block cancels the tasks, and is thrown as itself")
  void theFailureOfTheBlockCancelsTheTasks() {
    IOException broken = new IOException("broken");
    CountDownLatch running = new CountDownLatch(1);
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                TaskGroup.run(
                    group -> {
                      group.start(
                          () -> {
                            running.countDown();
                            try {
                              blockForEver();
                            } finally {
                              seen.add("cancelled");
                            }
                          });
                      running.await();
                      throw broken;
                    }));
    assertSame(broken, thrown);
    assertEquals(List.of("cancelled"), List.copyOf(seen));
  }

  @Test
  @DisplayName("LF9: the failure of a task interrupts the block, whatever that waits for")
  void theFailureOfATaskInterruptsTheBlock() {
    IOException broken = new IOException("broken");
    assertSame(
        broken,
        assertThrows(
            IOException.class,
            () ->
                TaskGroup.call(
                    group -> {
                      group.start(
                          () -> {
                            throw broken;
                          });
                      return blockForEver();
                    })));
    assertEquals(0, broken.getSuppressed().length);
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName("LF9: a result that is asked for throws the task's own exception")
  void aResultThrowsTheTasksOwnException() {
    IOException broken = new IOException("broken");
    assertSame(
        broken,
        assertThrows(
            IOException.class,
            () ->
                TaskGroup.run(
                    group -> {
                      Handle<Void> failing =
                          group.start(
                              "failing",
                              () -> {
                                throw broken;
                              });
                      CancelScope.of()
                          .shielded()
                          .run(
                              () ->
                                  assertSame(
                                      broken, assertThrows(IOException.class, failing::result)));
                      failing.result();
                    })));
    assertEquals(0, broken.getSuppressed().length);
  }

  @Test
  @DisplayName("LF9: a cancellation that a task made up itself is a failure like any other")
  void aMadeUpCancellationIsAFailure() {
    CancellationException own = new CancellationException("own");
    assertSame(
        own,
        assertThrows(
            CancellationException.class,
            () ->
                TaskGroup.run(
                    group ->
                        group.start(
                            () -> {
                              throw own;
                            }))));
    InterruptedException alone = new InterruptedException("alone");
    assertSame(
        alone,
        assertThrows(
            InterruptedException.class,
            () ->
                TaskGroup.run(
                    group ->
                        group.start(
                            () -> {
                              throw alone;
                            }))));
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName("LF9: starting after the exit is refused")
  void startingAfterTheExitIsRefused() {
    AtomicReference<TaskGroup> escaped = new AtomicReference<>();
    TaskGroup.run(escaped::set);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> escaped.get().start("late", () -> 1));
    assertEquals(
        "the task group has ended, so late cannot be started:"
            + " start tasks in the group's block, or in its tasks",
        refused.getMessage());
  }

  @Test
  @DisplayName("LF9: tasks may start tasks, also after the block has ended")
  void tasksMayStartTasks() {
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch ending = new CountDownLatch(1);
    TaskGroup.run(
        group -> {
          group.start(
              () -> {
                ending.await();
                group.start(
                    () -> {
                      group.start(ran::incrementAndGet);
                      ran.incrementAndGet();
                    });
              });
          ending.countDown();
        });
    assertEquals(2, ran.get());
  }

  @Test
  @DisplayName(
      "LF9: a cancelled group ends without an exception; its tasks do not begin, or are stopped")
  void aCancelledGroupEnds() throws Exception {
    AtomicReference<Handle<Void>> late = new AtomicReference<>();
    TaskGroup.run(
        group -> {
          CountDownLatch running = new CountDownLatch(1);
          group.start(
              () -> {
                running.countDown();
                try {
                  blockForEver();
                } finally {
                  seen.add("stopped");
                }
              });
          running.await();
          group.cancel();
          late.set(group.start("late", () -> null));
          blockForEver();
        });
    assertEquals(List.of("stopped"), List.copyOf(seen));
    assertTrue(late.get().isDone());
    CancellationException cancelled =
        assertThrows(CancellationException.class, () -> late.get().result());
    assertEquals("the group was cancelled before late began", cancelled.getMessage());
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName(
      "LF9: a value is a value, also if the group was cancelled; without one there is an exception")
  void theValueOfACancelledGroup() throws Exception {
    assertEquals(
        "first",
        TaskGroup.call(
            group -> {
              Handle<String> first = group.start(() -> "first");
              group.start(TaskGroupTest::blockForEver);
              String result = first.result();
              group.cancel();
              return result;
            }));
    CancellationException none =
        assertThrows(
            CancellationException.class,
            () ->
                TaskGroup.call(
                    group -> {
                      group.cancel();
                      return blockForEver();
                    }));
    assertInstanceOf(InterruptedException.class, none.getCause());
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName(
      "LF9: an interrupt while the tasks are joined cancels them, joins them, and is reported")
  void anInterruptWhileJoining() {
    CancellationException cancelled =
        assertThrows(
            CancellationException.class,
            () ->
                TaskGroup.run(
                    group ->
                        group.start(
                            () -> {
                              self.interrupt();
                              try {
                                blockForEver();
                              } finally {
                                seen.add("stopped");
                              }
                            })));
    assertEquals("cancelled while waiting for the tasks of the group", cancelled.getMessage());
    assertEquals(List.of("stopped"), List.copyOf(seen));
    assertTrue(Thread.interrupted());
  }

  @Test
  @DisplayName("LF9: an interrupt of the block cancels the tasks, and passes as itself")
  void anInterruptOfTheBlock() {
    assertThrows(
        InterruptedException.class,
        () ->
            TaskGroup.run(
                group -> {
                  group.start(
                      () -> {
                        self.interrupt();
                        try {
                          blockForEver();
                        } finally {
                          seen.add("stopped");
                        }
                      });
                  blockForEver();
                }));
    assertEquals(List.of("stopped"), List.copyOf(seen));
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName("LF8, LF9: the deadline of a scope holds for the group inside of it")
  void theDeadlineOfAScopeHoldsForTheGroup() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      CancelScope scope = CancelScope.withTimeout(ofSeconds(2)).clock(clock);
      scope.run(
          () -> {
            TaskGroup.run(
                group -> {
                  group.start(() -> clock.sleep(ofSeconds(60)));
                  group.start(() -> clock.sleep(ofSeconds(70)));
                });
            seen.add("not reached");
          });
      assertTrue(scope.cancelledCaught());
      assertEquals(List.of(), List.copyOf(seen));
      assertEquals(ofSeconds(2), clock.elapsed());
    }
  }

  @Test
  @DisplayName("LF8, LF9: a scope cancels groups in groups, and absorbs that")
  void aScopeCancelsGroupsInGroups() throws Exception {
    CancelScope scope = CancelScope.of();
    CountDownLatch running = new CountDownLatch(2);
    TaskGroup.Work task =
        () -> {
          running.countDown();
          try {
            blockForEver();
          } finally {
            seen.add("stopped");
          }
        };
    scope.run(
        () -> {
          TaskGroup.run(
              group -> {
                group.start(
                    () ->
                        TaskGroup.run(
                            inner -> {
                              inner.start(task);
                              inner.start(task);
                            }));
                running.await();
                scope.cancel();
              });
          seen.add("not reached");
        });
    assertTrue(scope.cancelledCaught());
    assertEquals(List.of("stopped", "stopped"), List.copyOf(seen));
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName(
      "LF8, LF9: a failure of a task is not lost where an outer scope is cancelled as well")
  void aFailureIsNotLost() {
    IOException broken = new IOException("broken");
    CancelScope scope = CancelScope.of();
    CountDownLatch running = new CountDownLatch(1);
    assertSame(
        broken,
        assertThrows(
            IOException.class,
            () ->
                scope.run(
                    () ->
                        TaskGroup.run(
                            group -> {
                              group.start(
                                  () -> {
                                    running.countDown();
                                    try {
                                      blockForEver();
                                    } catch (InterruptedException e) {
                                      throw broken;
                                    }
                                  });
                              running.await();
                              scope.cancel();
                            }))));
    assertTrue(scope.cancelled());
    assertFalse(scope.cancelledCaught());
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName(
      "LF8, LF9: the scope in a task is inside of the group's: cancelled with it, never absorbing that")
  void theScopeInATask() {
    IOException broken = new IOException("broken");
    CountDownLatch entered = new CountDownLatch(1);
    CancelScope inTask = CancelScope.of();
    assertThrows(
        IOException.class,
        () ->
            TaskGroup.run(
                group -> {
                  CancelScope ofGroup = CancelScope.current().orElseThrow();
                  group.start(
                      () -> {
                        assertSame(ofGroup, CancelScope.current().orElseThrow());
                        inTask.run(
                            () -> {
                              entered.countDown();
                              blockForEver();
                            });
                        seen.add("not reached");
                      });
                  group.start(
                      () -> {
                        entered.await();
                        throw broken;
                      });
                }));
    assertFalse(inTask.cancelled());
    assertFalse(inTask.cancelledCaught());
    assertEquals(List.of(), List.copyOf(seen));
    assertEquals(0, broken.getSuppressed().length);
  }

  @Test
  @DisplayName(
      "LF8, LF9: a shielded scope in a task survives the failure of a sibling, and is waited for")
  void aShieldedScopeInATaskSurvives() {
    IOException broken = new IOException("broken");
    CountDownLatch stopped = new CountDownLatch(2);
    CountDownLatch running = new CountDownLatch(3);
    TaskGroup.Work unshielded =
        () -> {
          running.countDown();
          try {
            blockForEver();
          } finally {
            stopped.countDown();
          }
        };
    assertThrows(
        IOException.class,
        () ->
            TaskGroup.run(
                group -> {
                  group.start(unshielded);
                  group.start(
                      () -> {
                        CancelScope.of()
                            .shielded()
                            .run(
                                () -> {
                                  running.countDown();
                                  stopped.await();
                                  seen.add("cleaned up");
                                });
                        blockForEver();
                        seen.add("not reached");
                      });
                  group.start(unshielded);
                  group.start(
                      () -> {
                        running.await();
                        throw broken;
                      });
                }));
    assertEquals(List.of("cleaned up"), List.copyOf(seen));
    assertEquals(0, broken.getSuppressed().length);
  }

  @Test
  @DisplayName("LF9: who waits, shielded, for a task that never begins is not held up by that")
  void waitingForATaskThatNeverBegins() {
    TaskGroup.run(
        group ->
            CancelScope.of()
                .shielded()
                .run(
                    () -> {
                      group.cancel();
                      Handle<Integer> never = group.start(() -> 1);
                      assertThrows(CancellationException.class, never::result);
                      seen.add("went on");
                    }));
    assertEquals(List.of("went on"), List.copyOf(seen));
  }

  @Test
  @DisplayName(
      "LF9: an interrupt while waiting for a result is reported, and leaves the task alone")
  void anInterruptWhileWaitingForAResult() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    String result =
        TaskGroup.call(
            group -> {
              Handle<String> slow =
                  group.start(
                      () -> {
                        goOn.await();
                        return "done";
                      });
              self.interrupt();
              assertThrows(CancellationException.class, slow::result);
              assertTrue(Thread.interrupted());
              goOn.countDown();
              return slow.result();
            });
    assertEquals("done", result);
  }

  @Test
  @DisplayName("LF9: a named task gives its name to its thread, for as long as it runs")
  void aNamedTaskNamesItsThread() {
    TaskGroup.run(
        group -> {
          Handle<String> named = group.start("fetcher", () -> Thread.currentThread().getName());
          assertEquals("fetcher", named.result());
          assertTrue(group.start(() -> Thread.currentThread().isVirtual()).result());
        });
  }

  @Test
  @DisplayName("LF9: a failing task that was ordered before another one is the one that is thrown")
  void theFirstInTimeIsThrown() {
    IOException first = new IOException("first");
    IOException second = new IOException("second");
    assertSame(
        first,
        assertThrows(
            IOException.class,
            () ->
                TaskGroup.run(
                    group -> {
                      AtomicBoolean cancelled = new AtomicBoolean();
                      group.start(
                          () -> {
                            try {
                              sequence.step(1); // the second one to end
                              blockForEver();
                            } catch (InterruptedException e) {
                              cancelled.set(true);
                            }
                            throw second;
                          });
                      group.start(
                          () -> {
                            sequence.step(0);
                            sequence.step(2);
                            throw first;
                          });
                    })));
    assertEquals(List.of(second), List.of(first.getSuppressed()));
  }

  @Test
  @DisplayName("LF9: a run in a task is stopped when a sibling fails")
  void aRunInATaskIsStopped() {
    CountDownLatch running = new CountDownLatch(3);
    AtomicInteger alive = new AtomicInteger();
    assertThrows(
        IOException.class,
        () ->
            TaskGroup.run(
                group -> {
                  group.start(
                      () ->
                          Parallel.of(3)
                              .map(
                                  List.of(1, 2, 3),
                                  item -> {
                                    alive.incrementAndGet();
                                    running.countDown();
                                    try {
                                      return blockForEver();
                                    } finally {
                                      alive.decrementAndGet();
                                    }
                                  })
                              .values());
                  running.await();
                  throw new IOException("broken");
                }));
    assertEquals(0, alive.get());
  }

  @Test
  @DisplayName("LF9: a group that lives long keeps nothing of the tasks that are done")
  void aLongLivedGroupKeepsNothing() {
    long live =
        TaskGroup.call(
            group -> {
              for (int task = 0; task < 200; task++) {
                group.start(() -> new byte[1_000_000]).result();
              }
              System.gc();
              Runtime runtime = Runtime.getRuntime();
              return runtime.totalMemory() - runtime.freeMemory();
            });
    assertTrue(live < 150_000_000, "live: " + live);
  }

  @Test
  @DisplayName("LF9: bad arguments are refused at the call")
  void badArgumentsAreRefused() {
    assertThrows(NullPointerException.class, () -> TaskGroup.run(null));
    assertThrows(NullPointerException.class, () -> TaskGroup.call(null));
    TaskGroup.run(
        group -> {
          assertThrows(NullPointerException.class, () -> group.start((TaskGroup.Work) null));
          assertThrows(NullPointerException.class, () -> group.start(null, () -> 1));
        });
  }
}
