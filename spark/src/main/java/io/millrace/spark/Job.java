package io.millrace.spark;

import io.millrace.Parallel;
import java.io.Serializable;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the workers are told: one for each call of {@code map}. Immutable, as far as the functions are.
 *
 * @param id by which the tasks of one worker find the engine that they share
 * @param configuration makes the {@code Parallel}
 * @param client makes what all calls share
 * @param action the action
 * @param window how many items of a partition are under way, at most
 * @param ordered whether the outcomes of a partition keep the order of its items
 * @param isStored whether each task has a checkpoint, together with the others
 * @param keepOpen how long an engine without tasks waits for the next one
 * @param reports by which a monitor of the driver hears of it; null if there is none
 */
record Job<C, T extends @Nullable Object, R extends @Nullable Object>(
    UUID id,
    WorkerSupplier<Parallel> configuration,
    WorkerSupplier<C> client,
    ClientAction<C, T, R> action,
    int window,
    boolean ordered,
    boolean isStored,
    Duration keepOpen,
    @Nullable WorkerReports reports)
    implements Serializable {}
