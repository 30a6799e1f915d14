package io.millrace.cli.http;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.cli.resume.CheckpointOptions;
import io.millrace.cli.resume.RunStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the checkpoint of a run is of, how it recognizes lines, and how it keeps answers. The name has the options
 * that change what is kept: other ones are refused, so that no line of another kind comes out of the checkpoint. It
 * has no header that could be secret.
 *
 * @param general the headers of all requests
 * @param keys of lines; empty if they get none
 */
record ResumableLines(
    CheckpointOptions options, List<Header> general, Kept kept, Optional<IdempotencyKeys> keys) {
  /** Most bytes of a body that a checkpoint can keep, with room for its headers. */
  static final int LARGEST_BODY = 16_000_000;

  /**
   * Which options change what is kept.
   *
   * @param included names of headers to write
   * @param bodies whether bodies are kept
   * @param redirects whether redirects are followed
   * @param more other options, each after a space
   */
  record Kept(Set<String> included, boolean bodies, boolean redirects, String more) {}

  /** Takes the checkpoint. */
  RunStore take(Map<String, String> environment) throws RunStore.RefusedException {
    return options.take(action(), environment);
  }

  /** How the run uses it. */
  Checkpoint checkpoint(RunStore store) {
    return Checkpoint.of(store, store.name(), new StepCodec(kept.included()))
        .key(LineIdentity::keyOf)
        .fingerprint(LineIdentity::fingerprintOf);
  }

  /** The command as far as it changes what is kept. */
  String action() {
    StringBuilder action = new StringBuilder("http");
    keys.map(IdempotencyKeys::option).ifPresent(action::append); // first: the end may be cut
    options.key().ifPresent(key -> action.append(" --key ").append(key.name()));
    if (!kept.included().isEmpty()) {
      action.append(" --include ").append(String.join(",", new TreeSet<>(kept.included())));
    }
    if (!kept.bodies()) {
      action.append(" --no-body");
    }
    if (!kept.redirects()) {
      action.append(" --max-redirects 0");
    }
    action.append(kept.more());
    general.stream()
        .filter(LineIdentity::isDecisive)
        .map(header -> " --header '" + header.key() + ": " + header.value() + "'")
        .sorted()
        .forEach(action::append);
    return action.toString();
  }
}
