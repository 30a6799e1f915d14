package io.millrace.process;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.millrace.process.worker.Main;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String API = "io.millrace.process";
  private static final String WIRE = API + ".wire";
  private static final String WORKER = API + ".worker";
  private static final Path LOCATION = location();
  private static final JavaClasses PROCESS = new ClassFileImporter().importPath(LOCATION);
  private static final ModuleDescriptor MODULE =
      ModuleFinder.of(LOCATION).find(API).orElseThrow().descriptor();

  /* Also those of the JDK that end in the common pool. */
  private static final DescribedPredicate<JavaMethodCall> BORROWED_THREADS =
      DescribedPredicate.describe(
          "take a virtual thread or one of the common pool",
          call -> {
            String name = call.getName();
            boolean isOfFuture =
                call.getTargetOwner().isAssignableTo(CompletableFuture.class)
                    && (name.equals("orTimeout")
                        || name.equals("completeOnTimeout")
                        || name.equals("delayedExecutor")
                        || (name.endsWith("Async")
                            && call.getTarget().getRawParameterTypes().stream()
                                .noneMatch(type -> type.isEquivalentTo(Executor.class))));
            return isOfFuture
                || name.equals("onExit")
                || name.equals("commonPool")
                || name.equals("ofVirtual")
                || name.equals("startVirtualThread");
          });

  private static Path location() {
    try {
      return Path.of(ProcessPool.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theWireKnowsNeitherEnd() {
    noClasses()
        .that()
        .resideInAPackage(WIRE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(API, WORKER)
        .because("it is what both ends share")
        .check(PROCESS);
  }

  @Test
  @DisplayName(
      "E6: no start and no end waits for a carrier of virtual threads, or for the common pool")
  void noThreadsOfOthers() {
    noClasses()
        .should()
        .callMethodWhere(BORROWED_THREADS)
        .because("actions keep carriers and the common pool for as long as they compute")
        .check(PROCESS);
  }

  @Test
  void theParentDoesNotUseTheWorker() {
    noClasses()
        .that()
        .resideInAPackage(API)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(WORKER)
        .because("they are different processes")
        .check(PROCESS);
    assertEquals(WORKER + ".Main", Main.class.getName(), "the name that Command starts");
  }

  @Test
  void itDependsOnCoreAndTheJdkOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.millrace",
            "io.millrace.base",
            "io.millrace.outcome",
            "io.millrace.plan",
            "io.millrace.time",
            API + "..",
            "java..",
            "org.jspecify..")
        .check(PROCESS);
  }

  @Test
  void nothingIsWrittenToTheStandardStreams() {
    noClasses()
        .should(ACCESS_STANDARD_STREAMS)
        .because("what workers print is passed on as it is; the pool itself says nothing")
        .check(PROCESS);
  }

  @Test
  void onlyTheApiIsExported() {
    assertEquals(
        Set.of(API), MODULE.exports().stream().map(Exports::source).collect(Collectors.toSet()));
    assertEquals(Set.of(API, WIRE, WORKER), MODULE.packages());
  }

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    for (String name : MODULE.packages()) {
      assertTrue(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class), name);
    }
  }

  @Test
  void publicSignaturesShowNoHiddenType() {
    var hidden = new TreeSet<String>();
    PROCESS.stream()
        .filter(type -> type.getPackageName().equals(API) && isPublic(type))
        .flatMap(type -> type.getMembers().stream())
        .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC))
        .forEach(
            member ->
                member.getAllInvolvedRawTypes().stream()
                    .filter(used -> used.getPackageName().startsWith(API))
                    .filter(used -> !used.getPackageName().equals(API) || !isPublic(used))
                    .forEach(
                        used -> hidden.add(member.getFullName() + " shows " + used.getName())));
    assertEquals(Set.of(), hidden, "a caller cannot name these types");
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC);
  }
}
