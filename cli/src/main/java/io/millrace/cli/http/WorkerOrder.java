package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the workers of a cluster are told. Everything that stands in files and variables of the driver stands in it, secrets too:
 * it is sent, and never shown.
 *
 * @param id by which the parts of one worker find each other
 * @param args the options, without those that need files or variables
 * @param authorities the certificates to trust, in PEM; empty for those of the Java runtime
 * @param proxies the variables that name proxies
 * @param keys the number of which idempotency keys are made; empty if there are none
 * @param workers how many share the limits
 */
public record WorkerOrder(
    UUID id,
    List<String> args,
    String authorities,
    Map<String, String> proxies,
    String keys,
    int workers)
    implements Serializable {

  /** The same for so many workers. */
  public WorkerOrder dividedAmong(int count) {
    return new WorkerOrder(id, args, authorities, proxies, keys, count);
  }

  /**
   * The lines of a task.
   *
   * @param in all that the task reads, which begins with a line
   * @param first the number of that line
   */
  public LinesOfTask lines(InputStream in, long first) throws MalformedInputException {
    ClusterHttpOptions options = ClusterHttpOptions.of(this);
    return new LinesOfTask(
        in,
        first,
        options.http().maxLine(),
        new LineParser(options.form(), Optional.empty(), keysOfLines(), Optional.empty()),
        options.answers().form(null));
  }

  private Optional<IdempotencyKeys> keysOfLines() {
    return keys.isEmpty() ? Optional.empty() : Optional.of(new IdempotencyKeys(keys, false));
  }

  @Override
  public String toString() {
    return "WorkerOrder[" + id + "]";
  }
}
