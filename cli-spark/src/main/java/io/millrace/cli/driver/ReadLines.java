package io.millrace.cli.driver;

import io.millrace.cli.http.LinesOfTask;
import io.millrace.cli.http.WorkerLine;
import io.millrace.cli.http.WorkerOrder;
import java.util.Collections;
import java.util.Iterator;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The lines of a task.
 *
 * @param output to which all workers write
 */
record ReadLines(WorkerOrder order, SharedFolder output)
    implements FlatMapFunction<Iterator<Part>, WorkerLine> {

  @Override
  public Iterator<WorkerLine> call(Iterator<Part> parts) throws Exception {
    if (!parts.hasNext()) {
      return Collections.emptyIterator();
    }
    output.require();
    Part part = parts.next();
    LinesOfTask lines = order.lines(part.open(SparkFiles.get(Session.INPUT)), part.first());
    TaskCompletionListener closing = _ -> lines.close();
    TaskContext.get().addTaskCompletionListener(closing);
    return lines;
  }
}
