package io.millrace.testkit.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.util.SortedMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Classes without code and without what users do not see: what a comparison of interfaces needs, and no more. */
final class Skeletons {
  private static final ClassFile FILES =
      ClassFile.of(
          ClassFile.ConstantPoolSharingOption.NEW_POOL,
          ClassFile.DebugElementsOption.DROP_DEBUG,
          ClassFile.LineNumbersOption.DROP_LINE_NUMBERS);
  private static final ClassTransform STRIPPING =
      ClassTransform.dropping(Skeletons::isHidden)
          .andThen(
              ClassTransform.transformingMethods(
                  MethodTransform.dropping(CodeModel.class::isInstance)));

  private Skeletons() {}

  /** An archive of them, which is the same whenever and wherever it is made. */
  static byte[] jar(SortedMap<String, byte[]> classes) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes)) {
      for (var each : classes.entrySet()) {
        var entry = new JarEntry(each.getKey().replace('.', '/') + ".class");
        entry.setTime(0);
        jar.putNextEntry(entry);
        ClassModel whole = FILES.parse(each.getValue());
        jar.write(FILES.transformClass(whole, STRIPPING));
        jar.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  /* Constructors say whether a class can be extended, so also those that nobody can call. */
  private static boolean isHidden(ClassElement element) {
    return switch (element) {
      case MethodModel method ->
          !method.methodName().equalsString("<init>") && isHidden(method.flags());
      case FieldModel field -> isHidden(field.flags());
      case SourceFileAttribute _ -> true;
      default -> false;
    };
  }

  private static boolean isHidden(AccessFlags flags) {
    int seen = ClassFile.ACC_PUBLIC | ClassFile.ACC_PROTECTED;
    return (flags.flagsMask() & seen) == 0 || (flags.flagsMask() & ClassFile.ACC_SYNTHETIC) != 0;
  }
}
