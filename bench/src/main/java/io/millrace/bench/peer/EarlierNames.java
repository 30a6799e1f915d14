package io.millrace.bench.peer;

import java.util.Map;
import java.util.function.Predicate;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * Types of the library that were renamed. Code that was compiled against the present names gets the earlier
 * ones when it is loaded, so nothing of this is measured.
 */
final class EarlierNames extends Remapper {
  private static final String LIBRARY = "io/millrace/";

  /** By the present name, without that of the library's root package. */
  private static final Map<String, String> EARLIER =
      Map.of(
          "limit/WeightedSemaphore", "limit/Semaphore",
          "time/TimeSource", "time/Clock");

  private final Predicate<String> isThere;

  /**
   * @param isThere whether the library has a file, by its path
   */
  EarlierNames(Predicate<String> isThere) {
    super(Opcodes.ASM9);
    this.isThere = isThere;
  }

  /** The class with the names that the library has. */
  byte[] in(byte[] compiled) {
    ClassReader reader = new ClassReader(compiled);
    ClassWriter writer = new ClassWriter(0);
    reader.accept(new ClassRemapper(writer, this), 0);
    return writer.toByteArray();
  }

  @Override
  public String map(String name) {
    if (!name.startsWith(LIBRARY)) {
      return name;
    }
    String present = name.substring(LIBRARY.length());
    int nested = present.indexOf('$');
    String outer = nested < 0 ? present : present.substring(0, nested);
    String earlier = EARLIER.get(outer);
    if (earlier == null || isThere.test(LIBRARY + outer + ".class")) {
      return name;
    }
    return LIBRARY + earlier + present.substring(outer.length());
  }
}
