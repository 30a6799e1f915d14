package io.millrace.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Source;
import io.millrace.plan.Truncation;
import io.millrace.testkit.NoLeaks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.SkipException;
import org.testng.annotations.Test;

/** The other side of the Reactive Streams TCK: a run that reads a publisher is its subscriber. */
@NoLeaks
class SubscriberTckTest {

  /* Rules that the TCK itself leaves untested are not listed. */
  static Stream<Arguments> rules() {
    return Arrays.stream(Reading.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .filter(method -> !method.getName().startsWith("untested_"))
        .sorted(Comparator.comparing(Method::getName))
        .map(method -> Arguments.argumentSet(method.getName(), method));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("rules")
  @DisplayName("E13: a run that reads a publisher keeps the rules of Reactive Streams")
  void keepsTheRule(Method rule) throws Throwable {
    Reading verification = new Reading();
    verification.startPublisherExecutorService();
    verification.setUp();
    try {
      rule.invoke(verification);
    } catch (InvocationTargetException thrown) {
      if (!(thrown.getCause() instanceof SkipException skip)) {
        throw thrown.getCause();
      }
      // an optional rule says by this that the subscriber does not do what it describes
      assertTrue(rule.getName().contains("optional_"), () -> rule + ": " + skip.getMessage());
    } finally {
      verification.runs.forEach(Run::close);
      verification.shutdownPublisherExecutorService();
    }
  }

  /** What the TCK examines. */
  private static final class Reading extends FlowSubscriberBlackboxVerification<Integer> {
    private static final int PATIENCE_MILLIS = 2_000;
    private static final int SILENCE_MILLIS = 50;

    private final List<Run<Integer, Integer>> runs = new CopyOnWriteArrayList<>();

    Reading() {
      super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS));
    }

    @Override
    public Integer createElement(int element) {
      return element;
    }

    @Override
    @SuppressWarnings("unchecked") // a subscriber of something less special
    public Flow.Subscriber<Integer> createFlowSubscriber() {
      CompletableFuture<Flow.Subscriber<? super Integer>> subscriber = new CompletableFuture<>();
      Flow.Publisher<Integer> publisher = subscriber::complete;
      Run<Integer, Integer> run =
          Parallel.of(2).truncation(Truncation.SILENT).start(Source.of(publisher), item -> item);
      runs.add(run);
      Thread.ofVirtual().start(() -> drain(run));
      return (Flow.Subscriber<Integer>) subscriber.join();
    }

    private static void drain(Run<Integer, Integer> run) {
      try {
        for (var next = run.take(); next.isPresent(); next = run.take()) {
          Outcome<Integer, Integer> _ = next.get();
        }
      } catch (Throwable ofThePublisher) {
        // is what the rule is about
      }
    }
  }
}
