import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes of a jar a newer format, with the stack maps that it has. The JVM puts no class into an AOT cache
 * whose format is older than that of Java 6: it would load and verify it at each start. What the classes do stays.
 *
 * <p>Usage: {@code java ClassFiles.java JAR}. The jar is replaced.
 */
final class ClassFiles {
  private ClassFiles() {}

  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path newer = Path.of(jar + ".new");
    try (ZipFile from = new ZipFile(jar.toFile());
        URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(newer))) {
      ClassFile format =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)));
      for (ZipEntry entry : Collections.list(from.entries())) {
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        to.putNextEntry(copy);
        try (InputStream in = from.getInputStream(entry)) {
          byte[] bytes = in.readAllBytes();
          to.write(entry.getName().endsWith(".class") ? newer(format, bytes) : bytes);
        }
        to.closeEntry();
      }
    }
    Files.move(newer, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] newer(ClassFile format, byte[] bytes) {
    ClassModel model = format.parse(bytes);
    return model.majorVersion() >= ClassFile.JAVA_8_VERSION
        ? bytes
        : format.transformClass(
            model,
            ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                .andThen(ClassFiles::element));
  }

  private static void element(ClassBuilder builder, ClassElement element) {
    if (element instanceof ClassFileVersion) {
      builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
    } else {
      builder.with(element);
    }
  }
}
