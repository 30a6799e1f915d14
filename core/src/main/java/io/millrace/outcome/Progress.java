package io.millrace.outcome;

/**
 * How far a run is: one consistent snapshot.
 *
 * @param done items with a result that have been delivered
 * @param total items in all for a sized source, else items read so far; never less than done
 * @param failed how many of the done ones failed
 * @param running attempts under way
 */
public record Progress(long done, long total, long failed, int running) {}
