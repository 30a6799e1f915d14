package io.millrace.testkit.hostile;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Whether the calling thread holds one of the library's locks. The library tells only where assertions are enabled
 * and it runs on the class path; elsewhere the answer is no.
 */
public final class LockCheck {
  private static final @Nullable MethodHandle HELD = find();

  private LockCheck() {}

  /** Whether the calling thread is known to hold a lock of the library. */
  public static boolean isLocked() {
    try {
      return HELD != null && (boolean) HELD.invokeExact();
    } catch (Throwable broken) {
      throw new AssertionError("the library's lock does not answer", broken);
    }
  }

  /**
   * To be called by code that the library calls.
   *
   * @param where what calls it, for the message
   * @throws AssertionError if the calling thread holds a lock of the library
   */
  public static void assertNoLock(String where) {
    if (isLocked()) {
      throw new AssertionError(where + " is called under a lock of the library");
    }
  }

  private static @Nullable MethodHandle find() {
    try {
      Class<?> lock = Class.forName("io.millrace.base.ShortLock");
      return MethodHandles.publicLookup()
          .findStatic(lock, "heldByCurrentThread", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException unknown) {
      return null;
    }
  }
}
