package io.millrace.cli.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Memory outside of the heap that one thread uses again and again. */
final class Scratch {
  /** Descriptors that are polled at once. */
  static final int POLLED = 5;

  private static final int READ_AT_ONCE = 1 << 16;
  private static final int USUAL_ARGUMENTS = 1 << 14;

  private final Arena arena = Arena.ofAuto();
  final MemorySegment errno = arena.allocate(Libc.errnoLayout());
  final MemorySegment number = arena.allocate(2 * Integer.BYTES, Long.BYTES);
  final MemorySegment event = arena.allocate(Long.BYTES, Long.BYTES);
  final MemorySegment actions = arena.allocate(Libc.LARGEST_TYPE, Long.BYTES);
  final MemorySegment polled = arena.allocate(POLLED * Long.BYTES, Long.BYTES);
  final MemorySegment buffer = arena.allocate(READ_AT_ONCE);
  private MemorySegment arguments = arena.allocate(USUAL_ARGUMENTS, Long.BYTES);

  /** So much memory, which the next call uses again. */
  private MemorySegment room(long bytes) {
    if (bytes <= USUAL_ARGUMENTS) {
      return arguments;
    }
    // the memory of large ones is not kept for long
    return Arena.ofAuto().allocate(bytes, Long.BYTES);
  }

  /** Lists of strings as C has them. */
  record Strings(MemorySegment first, MemorySegment second, MemorySegment all) {}

  /**
   * Puts two lists of strings side by side.
   *
   * @param inherited addresses that stand at the end of the second one
   */
  Strings strings(List<byte[]> first, List<byte[]> second, long[] inherited) {
    long pointers = (first.size() + 1L + second.size() + inherited.length + 1) * Long.BYTES;
    MemorySegment all = room(pointers + size(first) + size(second));
    MemorySegment list = all.asSlice((first.size() + 1L) * Long.BYTES);
    long text = addAll(first, all, 0, all, pointers);
    all.setAtIndex(ValueLayout.JAVA_LONG, first.size(), 0);
    addAll(second, list, 0, all, text);
    MemorySegment.copy(
        inherited,
        0,
        list,
        ValueLayout.JAVA_LONG,
        (long) second.size() * Long.BYTES,
        inherited.length);
    list.setAtIndex(ValueLayout.JAVA_LONG, (long) second.size() + inherited.length, 0);
    return new Strings(all, list, all);
  }

  private static long size(List<byte[]> strings) {
    return strings.stream().mapToLong(each -> each.length + 1L).sum();
  }

  private static long addAll(
      List<byte[]> strings, MemorySegment list, int from, MemorySegment texts, long start) {
    long text = start;
    int index = from;
    for (byte[] each : strings) {
      list.setAtIndex(ValueLayout.JAVA_LONG, index++, texts.address() + text);
      MemorySegment.copy(each, 0, texts, ValueLayout.JAVA_BYTE, text, each.length);
      texts.set(ValueLayout.JAVA_BYTE, text + each.length, (byte) 0);
      text += each.length + 1L;
    }
    return text;
  }
}
