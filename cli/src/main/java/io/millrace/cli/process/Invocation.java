package io.millrace.cli.process;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program to start.
 *
 * @param arguments its name and its arguments; none has a byte 0
 * @param variables {@code NAME=VALUE}, besides those of this process
 * @param standardInput what it reads; null is nothing
 * @param mark the value of {@link Mark#ITEM}, by which what it starts is known
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record Invocation(
    List<byte[]> arguments, List<byte[]> variables, byte @Nullable [] standardInput, String mark) {}
