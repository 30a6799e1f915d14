package io.millrace.engine.feed;

import io.millrace.base.ShortLock;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Takes what somebody pushes. */
public final class PushFeed implements Feed {
  private static final Object NULL = new Object();

  /* Pushing races with reading. */
  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock. */
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
    lock.lock();
    try {
      buffer.add(item == null ? NULL : item);
    } finally {
      lock.unlock();
    }
    ready.run();
  }

  /** No item comes after this. */
  public void complete() {
    lock.lock();
    try {
      complete = true;
      exhausted = buffer.isEmpty();
    } finally {
      lock.unlock();
    }
    ready.run();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // NULL is a mark
  public void read(Loader loader, int most) {
    for (int count = 0; count < most; count++) {
      Object item = next();
      if (item == null || !loader.append(item == NULL ? null : item)) {
        return;
      }
    }
  }

  private @Nullable Object next() {
    lock.lock();
    try {
      Object item = buffer.poll();
      exhausted = item == null && complete;
      return item;
    } finally {
      lock.unlock();
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
    lock.lock();
    try {
      buffer.clear();
    } finally {
      lock.unlock();
    }
  }
}
