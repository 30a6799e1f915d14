package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.run.Template.Fields;
import io.millrace.cli.run.Template.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTest {
  private static final List<String> HOSTILE =
      List.of(
          "a  *  b",
          "$(touch here)",
          "`touch here`",
          "a[$(touch here)]",
          "x=a[$(touch here)]",
          "'; touch here; '",
          "\"; touch here; \"",
          "}\"; touch here; {\"",
          "a\ntouch here\n",
          "; touch here #",
          "-v",
          "!",
          "(",
          "eval",
          "\\",
          "");

  @TempDir Path folder;

  private static String script(String script) {
    Template command =
        Shell.command(
            Template.parse(List.of(script.getBytes(StandardCharsets.ISO_8859_1)), Fields.NONE));
    return command.words().get(2).getFirst().shown();
  }

  private static List<List<String>> shells() {
    List<List<String>> shells = new ArrayList<>();
    shells.add(List.of("/bin/sh"));
    for (String each : List.of("/bin/bash", "/bin/dash")) {
      if (Files.isExecutable(Path.of(each))) {
        shells.add(each.endsWith("bash") ? List.of(each, "--posix") : List.of(each));
      }
    }
    return shells;
  }

  private String output(List<String> shell, String script, String line) throws Exception {
    List<String> command = new ArrayList<>(shell);
    command.addAll(List.of("-c", script(script), "sh", line));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @DisplayName("C2: what a script with places prints has the value in one word, in each shell")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "printf '<%s>' {}",
        "printf '<%s>' \"{}\"",
        "printf '%s%s' '<' {} && printf '>'",
        "printf '%s' \"<{}>\"",
        "x={}; printf '<%s>' \"$x\"",
        "x={}\nprintf '<%s>' \"${x}\"",
        "x={} printf '<%s>' \"$1\"",
        "# isn't `this {}\nprintf '<%s>' {}",
        "for x in {}; do printf '<%s>' \"$x\"; done",
        "if [ {} = {} ]; then printf '<%s>' {} 2>&1; fi",
        "if { true; } then printf '<%s>' {}; fi",
        "if test \"x{}\" != ''; then (printf '<%s>' {}) | cat; else exit 1; fi",
        "! false && { printf '<%s>' {}; }",
        "printf '<%s>' {} >out; cat <out",
        "printf '<%s>' {} >>all 2>/dev/null </dev/null; cat all; rm all",
        "sh -c 'printf \"<%s>\" \"$1\"' sh {}",
        "printf '%s' a#{} >/dev/null; printf '<%s>' {}",
        "printf -- '<%s>' {}",
        "printf '%%n' >out; printf '<%s>' {}"
      })
  void acceptedScripts(String script) throws Exception {
    for (List<String> shell : shells()) {
      for (String line : HOSTILE) {
        assertEquals("<" + line + ">", output(shell, script, line), shell + " " + line);
        assertFalse(Files.exists(folder.resolve("here")), shell + " " + line);
      }
    }
  }

  @DisplayName("C2: none of these is run by the shell, in each shell")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[ {} ]",
        "[ -n {} ]",
        "[ {} -eq 1 ]",
        "test 1 -lt {}",
        "echo {} {}",
        "cd {}",
        "exit {}",
        "X={}; exit \"$X\"",
        "kill {}",
        "umask {}",
        "cat < {}",
        "cat 2>&1 {}",
        "for x in {} {}; do [ \"$x\" -eq 1 ]; done"
      })
  void linesOfPlainCommandsAreNoCode(String script) throws Exception {
    for (List<String> shell : shells()) {
      for (String line : HOSTILE) {
        output(shell, script, line);
        assertFalse(Files.exists(folder.resolve("here")), shell + " " + line);
      }
    }
  }

  static Stream<String> refused() {
    return Stream.of(
        // what the shell reads otherwise than it looks
        "echo `# '\n` {}",
        "a=1\\&#x={}",
        "echo a\\ #{}",
        "echo \"price \\$({})\"",
        "echo \"`printf \"[%s]\" \\\"{}\\\"`\"",
        "(true)#\"\n{}",
        "echo ${x:-'}\"'} {}",
        "cat <\\\n<EOF\n{}\nEOF",
        "echo a\\ #$(({}))",
        "echo \"US${}\"",
        "echo \"$${}\"",
        "echo $\"{}\"",
        "echo ${}",
        "echo $'a' {}",
        "cat <<EOF\n{}\nEOF",
        "cat <<<{}",
        "cat <({})",
        "echo \"{}",
        "echo 'a {}",
        "echo it's {}",
        "echo {} # it's",
        "echo a;# {}",
        "echo {} &>f",
        "echo {} >|f",
        "echo\r{}",
        "echo {a,{}}",
        // where another value may be
        "f() { echo {}; }; f x",
        "f () { echo {}; }; f x",
        "function f { echo {}; }",
        "set -- x; echo {}",
        "shift; echo {}",
        "if { true; } then set -- x; fi; echo {}",
        "echo {} &>f; set -- x",
        "for x do echo {}; done",
        "for x\nin {}; do echo; done",
        "echo $x {}",
        "echo \"$@\" {}",
        "echo \"${x:-{}}\"",
        // where bash computes
        "echo $[{}]",
        "echo $(({}))",
        "echo \"$(({}))\"",
        "[[ {} -eq 1 ]]",
        "x={}; echo $((x))",
        "x={}; ((x))",
        "x=({})",
        "x[{}]=1",
        "x+={}",
        "x+=1 eval {}",
        "test -v {}",
        "test \"-v\" {}",
        "[ -v {} ]",
        "[ ! -v {} ]",
        "[ -R {} ]",
        "[ {} {} ]",
        "test \"$x\" {}",
        "[ * ]; echo {}",
        "[ -f a* -o -f {} ]",
        "printf -v {} x",
        "printf -- {} x",
        "printf -- {} {} x",
        "printf -- -- {} x",
        "printf -- -v {} x",
        "printf '%n' {}",
        "printf -- '%d%-5ln' {}",
        "printf {} {} x",
        "printf \"$x\" {}",
        "read {}",
        "unset {}",
        "declare {}",
        "export {}",
        "let {}",
        "RANDOM={}",
        "OPTIND={} true",
        "for RANDOM in {}; do true; done",
        // where a line would name the command
        "{}",
        "{} x",
        "\"{}\" {}",
        "x=1 {} {}",
        ">f {} {}",
        "2>f {} {}",
        "true; {}",
        "! {}",
        "if {}; then true; fi",
        "x={}; \"$x\" {}",
        "ev* {}",
        // code
        "eval {}",
        "'eval' {}",
        "\"ev\"al {}",
        "2>f eval {}",
        "true | eval {}",
        "command {}",
        "builtin {} {}",
        "exec {}",
        "trap {} EXIT",
        ". {}",
        "source {}",
        "alias x={}",
        "case x in x) echo {};; esac",
        "echo \"$(echo {})\"",
        "echo $(echo {})",
        "sh -c 'echo {}'");
  }

  @DisplayName(
      "C2: a script with a place is refused when it has anything that is not surely understood")
  @ParameterizedTest
  @MethodSource
  void refused(String script) {
    String problem = assertThrows(ScriptException.class, () -> script(script)).getMessage();
    assertTrue(problem.startsWith("--shell: {} stands in"), problem);
    assertTrue(problem.contains("\"$1\"") && problem.contains("sh {}"), problem);
  }

  @DisplayName("C2: a script without a place is not read at all")
  @ParameterizedTest
  @ValueSource(strings = {"echo $((1 + 1)) `id` \\", "case x in x) eval y;; esac"})
  void withoutPlaces(String script) throws IOException {
    assertEquals(script, script(script));
  }

  @DisplayName("C2: equal places are one parameter")
  @ParameterizedTest
  @ValueSource(strings = "echo {} \"{#} {}\"")
  void parameters(String script) {
    assertEquals("echo \"${1}\" \"${2} ${1}\"", script(script));
    assertEquals(new Part.Position().shown(), "{#}");
  }
}
