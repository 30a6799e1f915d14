package io.millrace.plan;

/** Hears how far a run is. */
@FunctionalInterface
public interface ProgressListener {
  /**
   * Called after each delivered item that ran. Calls never overlap.
   *
   * @param done items done, from 1, one more at each call
   * @param total items in all for a sized source, else items read so far; never less than done
   */
  void onProgress(long done, long total);
}
