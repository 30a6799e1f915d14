package io.millrace.examples.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole programs in the documentation: files that can be pasted and run. */
class ProgramsTest {
  /** Pages that say how something is done: each begins with a program, or with what goes into a terminal or a file. */
  private static final List<String> HOW_TO =
      List.of(
          "start",
          "service",
          "context",
          "install",
          "rate-limits",
          "retries",
          "streaming",
          "stopping",
          "computing",
          "testing",
          "coming-from-python",
          "coming-from-java",
          "executor",
          "scopes",
          "processes",
          "how-it-works",
          "guarantees",
          "comparison",
          "signals",
          "performance",
          "command-line");

  /** Those of them that are about the library itself: the first of their Java is a whole program. */
  private static final List<String> WITH_PROGRAM =
      List.of(
          "start",
          "service",
          "context",
          "rate-limits",
          "retries",
          "streaming",
          "stopping",
          "computing",
          "executor",
          "scopes",
          "processes",
          "how-it-works",
          "guarantees",
          "comparison",
          "signals",
          "coming-from-python",
          "coming-from-java");

  /** A page may say what it is about, in a sentence or two. */
  private static final int LONGEST_INTRODUCTION = 400;

  @TempDir Path classes;

  @Test
  @DisplayName("L9: every page that says how begins with what one can paste")
  void pagesBeginWithWhatCanBePasted() throws IOException {
    List<String> late = new ArrayList<>();
    for (String name : HOW_TO) {
      if (page(name).text().indexOf("```") > LONGEST_INTRODUCTION) {
        late.add(name);
      }
    }
    assertEquals(List.of(), late);
  }

  @Test
  @DisplayName("L9: every program in the documentation runs, and prints what the page says")
  void programsRun() throws Exception {
    for (String name : WITH_PROGRAM) {
      Page page = page(name);
      assertEquals(page.blocks().getFirst(), page.programs().getFirst().source(), name);
    }
    int programs = 0;
    for (Page page : Page.all()) {
      for (Page.Program program : page.programs()) {
        programs++;
        String name = "Program" + programs;
        boolean inProcesses = program.source().contains("ProcessPool");
        String printed =
            inProcesses ? runApart(name, program.source()) : run(name, program.source());
        String where = page.path() + ":\n" + program.source();
        assertFalse(printed.isBlank(), where);
        program.output().ifPresent(expected -> assertEquals(expected, printed, where));
      }
    }
  }

  @Test
  @DisplayName(
      "L9: the steps of the tutorial, put into its program one after the other, are a program")
  void stepByStep() throws Exception {
    Page page = page("start");
    String program = page.programs().getFirst().source();
    String steps = String.join("\n", page.blocks().stream().skip(1).toList());
    int end = program.lastIndexOf('}');

    String printed = run("Prices", program.substring(0, end) + steps + "}\n");

    assertTrue(printed.startsWith("Results[COMPLETED, 8 succeeded, 2 failed, 0 not run]"), printed);
    assertEquals(8, printed.lines().filter(line -> line.contains(" costs ")).count(), printed);
    assertEquals(2, printed.lines().filter(line -> line.endsWith(": busy")).count(), printed);
    assertTrue(printed.contains("no. "), printed);
  }

  private static Page page(String name) throws IOException {
    return Page.of(Page.project().resolve("docs").resolve(name + ".md"));
  }

  private String run(String name, String source) throws Exception {
    String complaints = ModulePath.compile(Map.of(name + ".java", source), classes);
    assertEquals("", complaints, source);
    try (var loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL()}, ProgramsTest.class.getClassLoader())) {
      Class<?> program = Class.forName(name, true, loader);
      Method main = program.getDeclaredMethod("main");
      Constructor<?> constructor = program.getDeclaredConstructor();
      main.setAccessible(true);
      constructor.setAccessible(true);
      return printedBy(main, constructor.newInstance());
    }
  }

  /* In a JVM of its own, whose class path its worker processes have as well. */
  private String runApart(String name, String source) throws Exception {
    String complaints = ModulePath.compile(Map.of(name + ".java", source), classes);
    assertEquals("", complaints, source);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes + File.pathSeparator + ModulePath.everything(),
                name)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), printed);
    return printed;
  }

  private static String printedBy(Method main, Object program) throws Exception {
    PrintStream usual = System.out;
    var printed = new ByteArrayOutputStream();
    try (var out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      main.invoke(program);
    } finally {
      System.setOut(usual);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
