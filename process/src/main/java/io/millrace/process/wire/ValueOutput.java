package io.millrace.process.wire;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Writes objects so that the other side can read them step by step. Used by one thread. */
final class ValueOutput extends ObjectOutputStream {
  private static final Class<?> COPIES = Collections.nCopies(1, "").getClass();

  private final BoundedBytes bytes;
  private @Nullable Object root;

  ValueOutput(BoundedBytes bytes) throws IOException {
    super(bytes);
    this.bytes = bytes;
    enableReplaceObject(true);
  }

  /** What the first object was written as. */
  @Nullable Object root() {
    return root;
  }

  @Override
  @SuppressWarnings("unchecked")
  protected @Nullable Object replaceObject(@Nullable Object object) throws IOException {
    if (root == null) {
      root = object;
    }
    if (object == null) {
      return null;
    }
    if (object.getClass() == ConcurrentHashMap.class) {
      return new Gathered((ConcurrentHashMap<Object, Object>) object);
    }
    return object.getClass() == COPIES ? unfolded((List<?>) object) : object;
  }

  private Object unfolded(List<?> copies) throws IOException {
    bytes.checkRoom(copies.size());
    return Collections.unmodifiableList(new ArrayList<>(copies));
  }
}
