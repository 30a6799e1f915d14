package io.millrace.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.testkit.NoLeaks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;
import org.testng.annotations.Test;

/** The Reactive Streams TCK, whose rules are TestNG tests, as tests of JUnit. */
@NoLeaks
class PublisherTckTest {

  /* Rules that the TCK itself leaves untested are not listed. */
  static Stream<Arguments> rules() {
    return Arrays.stream(Outcomes.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .filter(method -> !method.getName().startsWith("untested_"))
        .sorted(Comparator.comparing(Method::getName))
        .map(method -> Arguments.argumentSet(method.getName(), method));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("rules")
  @DisplayName("The publisher keeps the rules of Reactive Streams")
  void keepsTheRule(Method rule) throws Throwable {
    Outcomes verification = new Outcomes();
    verification.setUp();
    try {
      rule.invoke(verification);
    } catch (InvocationTargetException thrown) {
      if (!(thrown.getCause() instanceof SkipException skip)) {
        throw thrown.getCause();
      }
      // an optional rule says by this that the publisher does not do what it describes
      assertTrue(rule.getName().startsWith("optional_"), () -> rule + ": " + skip.getMessage());
    }
  }

  /** What the TCK examines. */
  private static final class Outcomes extends FlowPublisherVerification<Outcome<Long, Long>> {
    private static final int PATIENCE_MILLIS = 2_000;
    private static final int SILENCE_MILLIS = 50;

    Outcomes() {
      super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS));
    }

    @Override
    public Flow.Publisher<Outcome<Long, Long>> createFlowPublisher(long elements) {
      Iterable<Long> items =
          elements == Long.MAX_VALUE
              ? () -> LongStream.iterate(0, item -> item + 1).iterator()
              : () -> LongStream.range(0, elements).iterator();
      return Parallel.of(3).publisher(items, item -> item);
    }

    @Override
    public Flow.Publisher<Outcome<Long, Long>> createFailedFlowPublisher() {
      Iterable<Long> broken =
          () -> {
            throw new IllegalStateException("broken source");
          };
      return Parallel.of(3).publisher(broken, item -> item);
    }
  }
}
