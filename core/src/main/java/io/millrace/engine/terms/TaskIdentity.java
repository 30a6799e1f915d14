package io.millrace.engine.terms;

import io.millrace.checkpoint.spi.ItemId;

/**
 * By what a checkpoint finds a task, and by what it knows that the task is still the same. The array is shared, not
 * copied: nobody may change it.
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares these
public record TaskIdentity(ItemId id, byte[] fingerprint) {}
