package io.millrace.process;

import io.millrace.plan.Action;
import io.millrace.process.wire.Code;
import io.millrace.process.wire.Codec;
import io.millrace.process.wire.Frame;
import io.millrace.process.wire.Refusal;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Sends its argument to a worker and waits for the answer. What can be done without a worker is done
 * before one is taken or after it is given back; but a large answer is read before, so that there are
 * never more of them at once than processes.
 *
 * @param code the function
 * @param loader of the function, and so probably of its values
 */
record RemoteAction<T extends @Nullable Object, R extends @Nullable Object>(
    WorkerProcesses workers, Settings settings, Code code, ClassLoader loader)
    implements Action<T, R> {
  private static final long LARGE_BYTES = 16 * 1024;

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // it is what the function has returned
  public R apply(T item) throws Exception {
    byte[] argument = write(item);
    WorkerProcess worker = workers.acquire();
    Answers answers;
    Frame answer;
    try {
      answer = worker.run(code, argument);
      answers = new Answers(settings.rules, settings.limits(), loader, worker.process());
      if (answer.bytes() > LARGE_BYTES) {
        return (R) answers.value(answer);
      }
    } catch (WorkerDiedException e) {
      throw workers.isClosed() ? new CancellationException(WorkerProcesses.CLOSED_MEANWHILE) : e;
    } finally {
      workers.release(worker);
    }
    return (R) answers.value(answer);
  }

  private byte[] write(@Nullable Object item) {
    try {
      return Codec.write("argument", item, settings.rules);
    } catch (Refusal refusal) {
      throw Answers.refused(refusal);
    }
  }
}
