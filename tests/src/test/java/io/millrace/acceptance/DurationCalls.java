package io.millrace.acceptance;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Calls a method with a duration and harmless other arguments, and uses what it returns. */
final class DurationCalls {
  /* What these wait for does not come; the others have nothing to wait for. */
  private static final Set<String> WAITS =
      Set.of("initialDelay", "sleep", "waitFor", "asCompleted", "awaitTermination");

  private static final Duration MOMENT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(40);

  private DurationCalls() {}

  /** What came of a call; without an error, all is well. */
  record Outcome(@Nullable Throwable error) {
    boolean isFine() {
      return error == null
          || error instanceof InterruptedException
          || error instanceof TimeoutException
          || error instanceof CancellationException;
    }

    /** A refusal names the value. */
    boolean refusesBy(Duration value) {
      return error instanceof IllegalArgumentException
          && String.valueOf(error.getMessage()).contains(value.toString());
    }
  }

  /** The indices of the parameters that are durations. */
  static List<Integer> durations(Executable member) {
    Class<?>[] types = member.getParameterTypes();
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      if (types[i] == Duration.class || isAmountOfUnits(types, i)) {
        indices.add(i);
      }
    }
    return indices;
  }

  private static boolean waits(Executable member) {
    return WAITS.contains(member.getName());
  }

  private static boolean isAmountOfUnits(Class<?>[] types, int index) {
    return types[index] == long.class
        && index + 1 < types.length
        && types[index + 1] == TimeUnit.class;
  }

  /** Calls it in a thread that is interrupted when it waits. */
  static Outcome of(Executable member, int index, Duration duration) throws InterruptedException {
    var error = new AtomicReference<Throwable>();
    Thread caller =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    DurationSamples.use(call(member, index, duration));
                  } catch (InvocationTargetException e) {
                    error.set(e.getCause());
                  } catch (Throwable e) {
                    error.set(e);
                  }
                });
    if (caller.join(waits(member) ? MOMENT : LONG)) {
      return new Outcome(error.get());
    }
    var stuck = new AssertionError("it waits, and nothing says that it should");
    stuck.setStackTrace(caller.getStackTrace());
    caller.interrupt();
    if (!caller.join(LONG)) {
      throw new AssertionError("it does not listen to an interrupt", stuck);
    }
    return new Outcome(waits(member) ? error.get() : stuck);
  }

  private static @Nullable Object call(Executable member, int index, Duration duration)
      throws ReflectiveOperationException {
    Class<?>[] types = member.getParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = DurationSamples.of(types[i]);
    }
    if (types[index] == Duration.class) {
      arguments[index] = duration;
    } else {
      boolean counts =
          duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) <= 0
              && duration.compareTo(Duration.ofNanos(Long.MIN_VALUE)) >= 0;
      arguments[index] = counts ? duration.toNanos() : duration.toSeconds();
      arguments[index + 1] = counts ? TimeUnit.NANOSECONDS : TimeUnit.SECONDS;
    }
    if (member instanceof Constructor<?> constructor) {
      return constructor.newInstance(arguments);
    }
    Method method = (Method) member;
    boolean isStatic = Modifier.isStatic(method.getModifiers());
    return method.invoke(
        isStatic ? null : DurationSamples.of(method.getDeclaringClass()), arguments);
  }
}
