package io.millrace.checkpoint.jdbc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.millrace.checkpoint.json.JsonCodec;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String JDBC = "io.millrace.checkpoint.jdbc";
  private static final String JSON = "io.millrace.checkpoint.json";
  private static final Path LOCATION = location();
  private static final JavaClasses CLASSES = new ClassFileImporter().importPath(LOCATION);
  private static final ModuleDescriptor MODULE =
      ModuleFinder.of(LOCATION).find("io.millrace.checkpoint").orElseThrow().descriptor();

  private static Path location() {
    try {
      return Path.of(JsonCodec.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void itUsesTheSpiOfCoreOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.millrace.base",
            "io.millrace.checkpoint",
            "io.millrace.checkpoint.spi",
            JDBC,
            JSON,
            "java..",
            "org.jspecify..",
            "org.sqlite",
            "tools.jackson..")
        .because("a store knows bytes, and nothing of runs")
        .check(CLASSES);
  }

  @Test
  void storesAndCodecsDoNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAPackage(JDBC)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(JSON)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(JSON)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(JDBC)
        .check(CLASSES);
  }

  @Test
  void nothingIsReadByJavaSerialization() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.io\\.Object(In|Out)putStream")
        .because("a stored file would choose which classes are created")
        .check(CLASSES);
  }

  @Test
  void nothingIsWrittenToTheStandardStreams() {
    noClasses().should(ACCESS_STANDARD_STREAMS).check(CLASSES);
  }

  @Test
  void bothPackagesAreExported() {
    assertEquals(
        Set.of(JDBC, JSON),
        MODULE.exports().stream().map(Exports::source).collect(Collectors.toSet()));
    assertEquals(Set.of(JDBC, JSON), MODULE.packages());
  }

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    for (String name : MODULE.packages()) {
      assertTrue(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class), name);
    }
  }

  @Test
  void publicTypesAreThese() {
    assertEquals(
        Set.of("CheckpointInfo", "Durability", "FailedItem", "Holder", "JdbcStore", "JsonCodec"),
        CLASSES.stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> type.getEnclosingClass().isEmpty())
            .map(type -> type.getSimpleName())
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
