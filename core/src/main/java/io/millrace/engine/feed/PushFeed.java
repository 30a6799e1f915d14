package io.millrace.engine.feed;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Takes what somebody pushes. */
public final class PushFeed implements Feed {
  private static final Object NULL = new Object();

  /* Guarded by the buffer: pushing races with reading. */
  private final Queue<Object> buffer = new ArrayDeque<>();
  private boolean complete;

  private Runnable ready = () -> {};
  private volatile boolean exhausted;

  @Override
  public void onReady(Runnable ready) {
    this.ready = ready;
  }

  /** Adds an item; never blocks. */
  public void push(@Nullable Object item) {
    synchronized (buffer) {
      buffer.add(item == null ? NULL : item);
    }
    ready.run();
  }

  /** No item comes after this. */
  public void complete() {
    synchronized (buffer) {
      complete = true;
      exhausted = buffer.isEmpty();
    }
    ready.run();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // NULL is a mark
  public void read(Loader loader, int most) {
    for (int count = 0; count < most; count++) {
      Object item;
      synchronized (buffer) {
        item = buffer.poll();
        exhausted = item == null && complete;
      }
      if (item == null || !loader.append(item == NULL ? null : item)) {
        return;
      }
    }
  }

  @Override
  public boolean startsDry() {
    return true;
  }

  @Override
  public boolean isListable() {
    return true;
  }

  @Override
  public boolean exhausted() {
    return exhausted;
  }

  @Override
  public void close() {
    synchronized (buffer) {
      buffer.clear();
    }
  }
}
