package io.millrace.call;

import io.millrace.plan.Triple;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What becomes of elements that hold elements. */
enum Nested {
  KEPT {
    @Override
    @Nullable Iterator<?> inside(@Nullable Object element) {
      return null;
    }
  },

  LISTS {
    @Override
    @Nullable Iterator<?> inside(@Nullable Object element) {
      return switch (element) {
        case Set<?> _, byte[] _, char[] _ -> null;
        case Collection<?> collection -> collection.iterator();
        case Object[] array -> Arrays.asList(array).iterator();
        case null -> null;
        default -> element.getClass().isArray() ? primitives(element) : null;
      };
    }
  },

  SETS {
    @Override
    @Nullable Iterator<?> inside(@Nullable Object element) {
      return switch (element) {
        case Set<?> set -> set.iterator();
        case Map.Entry<?, ?> entry -> Arrays.asList(entry.getKey(), entry.getValue()).iterator();
        case Triple<?, ?, ?>(var first, var second, var third) ->
            Arrays.asList(first, second, third).iterator();
        case null, default -> LISTS.inside(element);
      };
    }
  };

  /** What is inside; null if the element counts as one. */
  abstract @Nullable Iterator<?> inside(@Nullable Object element);

  private static Iterator<?> primitives(Object array) {
    return IntStream.range(0, Array.getLength(array))
        .mapToObj(index -> Array.get(array, index))
        .iterator();
  }
}
