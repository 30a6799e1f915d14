package io.millrace.process.wire;

import java.io.ObjectInputFilter;
import org.jspecify.annotations.Nullable;

/** Decides about each class of one message, and keeps why it refused. Used by one thread. */
final class Gatekeeper implements ObjectInputFilter {
  /* Hash tables are larger than what is in them; anything beyond claims memory that it does not fill. */
  private static final long LENGTH_A_BYTE = 16;

  private final Rules rules;
  private final int bytes;
  private @Nullable String refused;

  Gatekeeper(Rules rules, int bytes) {
    this.rules = rules;
    this.bytes = bytes;
  }

  /** Why the message was refused; null if it was not. */
  @Nullable String refused() {
    return refused;
  }

  @Override
  public Status checkInput(FilterInfo info) {
    if (info.depth() > rules.mostDepth()) {
      return refuse(
          "is nested deeper than "
              + rules.mostDepth()
              + " objects: ProcessOptions.maxDepth raises that");
    }
    if (info.arrayLength() > LENGTH_A_BYTE * bytes || info.references() > bytes) {
      return refuse("claims to be larger than it is");
    }
    Class<?> type = info.serialClass();
    if (type == null) {
      return Status.UNDECIDED;
    }
    return rules.allowed().allows(type) ? Status.ALLOWED : refuse(notAllowed(type));
  }

  private static String notAllowed(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.componentType();
    }
    return "holds a "
        + element.getName()
        + ", which is not allowed to cross: ProcessOptions.allow(\""
        + element.getName()
        + "\") would allow it";
  }

  private Status refuse(String reason) {
    if (refused == null) {
      refused = reason;
    }
    return Status.REJECTED;
  }
}
