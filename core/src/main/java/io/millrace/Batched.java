package io.millrace;

import io.millrace.base.Rethrow;
import io.millrace.base.Unsplit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The elements of a stream in lists, whose memory grows with what is in them. */
final class Batched<E> extends Unsplit<List<E>> {
  private final Stream<E> elements;
  private final int size;
  private @Nullable Spliterator<E> reading;

  /** What ended the elements in the middle of a batch, which is handed out first. */
  private @Nullable Throwable broken;

  private Batched(Stream<E> elements, int size) {
    super(NONNULL);
    this.elements = elements;
    this.size = size;
  }

  static <E> Stream<List<E>> of(Stream<E> elements, int size) {
    return StreamSupport.stream(new Batched<>(elements, size), false).onClose(elements::close);
  }

  @Override
  protected boolean advance(Consumer<? super List<E>> consumer) {
    if (broken != null) {
      throw Rethrow.asIs(broken);
    }
    List<E> batch = new ArrayList<>();
    try {
      read(batch);
    } catch (Throwable thrown) {
      broken = thrown;
      if (batch.isEmpty() || Thread.currentThread().isInterrupted()) {
        throw thrown;
      }
    }
    if (batch.isEmpty()) {
      return false;
    }
    consumer.accept(Collections.unmodifiableList(batch));
    return true;
  }

  private void read(List<E> batch) {
    Spliterator<E> from = reading == null ? elements.spliterator() : reading;
    reading = from;
    while (batch.size() < size && from.tryAdvance(batch::add)) {
      // until the batch is full, or nothing is left
    }
  }
}
