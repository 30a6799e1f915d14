package io.millrace.cli.watch;

import io.millrace.outcome.RunStatus;
import java.util.Optional;

/**
 * How the run of a command ended.
 *
 * @param failures how many lines or items failed
 * @param broken why the checkpoint has ended it
 */
public record RunEnd(RunStatus status, long failures, Optional<String> broken) {}
