package io.millrace.testkit.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** Runs a test of a {@link Contract} over its entry points, each at several concurrencies. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{displayName}: {0}", allowZeroInvocations = true)
@ArgumentsSource(Ways.class)
public @interface Everywhere {

  /** How much at once. */
  int[] at() default {1, 2, 7, 100};

  /** To which entry points the promise means nothing. */
  Trait[] except() default {};
}
