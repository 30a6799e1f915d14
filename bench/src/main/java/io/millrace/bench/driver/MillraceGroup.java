package io.millrace.bench.driver;

import io.millrace.scope.Handle;
import io.millrace.scope.TaskGroup;
import java.util.ArrayList;
import java.util.List;

/** Tasks in a {@link TaskGroup}. */
final class MillraceGroup {
  private MillraceGroup() {}

  static long sum(int tasks) {
    return TaskGroup.call(
        group -> {
          List<Handle<Integer>> handles = new ArrayList<>(tasks);
          for (int task = 0; task < tasks; task++) {
            Integer number = task;
            handles.add(group.start(() -> number));
          }
          long sum = 0;
          for (Handle<Integer> handle : handles) {
            sum += handle.result();
          }
          return sum;
        });
  }
}
