package io.millrace.process.wire;

import java.io.ObjectInputFilter;
import org.jspecify.annotations.Nullable;

/**
 * Decides about each class, array and reference of one message while it is read, and keeps why it refused.
 * What the filter of this JVM refuses is refused here as well: a filter of a stream alone would replace
 * it. Used by one thread.
 */
final class Gatekeeper implements ObjectInputFilter {
  /* Hash tables are larger than what is in them; anything beyond claims memory that it does not fill. */
  private static final long MEMORY_A_BYTE = 16;
  private static final long MEMORY_AT_LEAST = 64 * 1024;

  private final Rules rules;
  private final int bytes;
  private final Budget budget;
  private final @Nullable Outline outline;
  private final @Nullable ObjectInputFilter ofThisJvm = Config.getSerialFilter();
  private long claimed;
  private @Nullable String refused;

  /**
   * For a message of so many bytes.
   *
   * @param outline what it holds; null for one that comes from a trusted side
   */
  Gatekeeper(Rules rules, int bytes, Budget budget, @Nullable Outline outline) {
    this.rules = rules;
    this.bytes = bytes;
    this.budget = budget;
    this.outline = outline;
  }

  /** Why the message was refused; null if it was not. */
  @Nullable String refused() {
    return refused;
  }

  @Override
  public Status checkInput(FilterInfo info) {
    try {
      budget.check();
      check(info);
      Class<?> type = info.serialClass();
      return type == null ? Status.UNDECIDED : Status.ALLOWED;
    } catch (Unreadable e) {
      if (refused == null) {
        refused = e.getMessage();
      }
      return Status.REJECTED;
    }
  }

  private void check(FilterInfo info) throws Unreadable {
    if (info.depth() > rules.mostDepth()) {
      throw new Unreadable(tooDeep(rules.mostDepth()));
    }
    if (info.references() > bytes) {
      throw new Unreadable("claims to be larger than it is");
    }
    Class<?> type = info.serialClass();
    if (info.arrayLength() >= 0) {
      take(info.arrayLength(), type);
    } else if (type == null && outline != null && !outline.refersAt(info.streamBytes())) {
      throw new Unreadable("can be read in more than one way");
    }
    if (type != null && !rules.allowed().allows(type)) {
      throw new Unreadable("holds a " + notAllowed(element(type).getName()));
    }
    if (ofThisJvm != null && ofThisJvm.checkInput(info) == Status.REJECTED) {
      String what = type == null ? "" : ": " + element(type).getName();
      throw new Unreadable("is refused by the filter of this JVM (jdk.serialFilter)" + what);
    }
  }

  private void take(long length, @Nullable Class<?> type) throws Unreadable {
    long memory = length * elementBytes(type);
    claimed += memory;
    if (claimed > MEMORY_A_BYTE * bytes + MEMORY_AT_LEAST) {
      throw new Unreadable("claims to be larger than it is");
    }
    budget.take(memory);
  }

  private static long elementBytes(@Nullable Class<?> type) {
    Class<?> element = type == null ? null : type.componentType();
    if (element == byte.class || element == boolean.class) {
      return 1;
    }
    if (element == char.class || element == short.class) {
      return 2;
    }
    return element == int.class || element == float.class ? 4 : 8;
  }

  static String tooDeep(int most) {
    return "is nested deeper than " + most + " objects: ProcessOptions.maxDepth raises that";
  }

  static String notAllowed(String name) {
    return name
        + ", which is not allowed to cross: ProcessOptions.allow(\""
        + name
        + "\") would allow it";
  }

  private static Class<?> element(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.componentType();
    }
    return element;
  }
}
