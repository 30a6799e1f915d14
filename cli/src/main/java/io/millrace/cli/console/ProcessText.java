package io.millrace.cli.console;

import io.millrace.cli.text.ByteText;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments and variables of this process, as bytes. The JVM decodes them in the encoding of the locale, and
 * loses what is invalid there. Where that encoding is not UTF-8, the bytes come from the system.
 */
public final class ProcessText {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final Path VARIABLES = Path.of("/proc/self/environ");
  private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");
  private static final String LOST = "\ufffd";

  private ProcessText() {}

  /** What was given cannot be had as it was. */
  public static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableException(String problem) {
      super(problem);
    }
  }

  /**
   * Arguments as bytes.
   *
   * @param arguments as Java has them, behind which nothing stands on the command line
   * @throws UnreadableException if Java has lost some of them, and the system does not say them
   */
  static List<byte[]> arguments(List<String> arguments) throws UnreadableException {
    if (arguments.stream().allMatch(ProcessText::isAscii)) {
      return encoded(arguments);
    }
    List<byte[]> all = list(COMMAND_LINE);
    int start = all.size() - arguments.size();
    if (start >= 0 && isSame(all.subList(start, all.size()), arguments)) {
      return List.copyOf(all.subList(start, all.size()));
    }
    if (arguments.stream().anyMatch(argument -> argument.contains(LOST))) {
      throw new UnreadableException(
          "Java cannot read the arguments in this locale (" + ENCODING + "): set LC_ALL=C.UTF-8");
    }
    return encoded(arguments);
  }

  private static boolean isSame(List<byte[]> bytes, List<String> arguments) {
    for (int index = 0; index < bytes.size(); index++) {
      String argument = arguments.get(index);
      if (isAscii(argument)
          && !Arrays.equals(bytes.get(index), argument.getBytes(StandardCharsets.US_ASCII))) {
        return false; // that is another command line
      }
    }
    return true;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(each -> each < 0x80);
  }

  private static List<byte[]> encoded(List<String> texts) {
    return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** The variables, whose bytes are read as UTF-8 in any locale. */
  static Map<String, String> variables() {
    Map<String, String> ofJava = System.getenv();
    if (isUtf8(ENCODING) && ofJava.values().stream().noneMatch(value -> value.contains(LOST))) {
      return ofJava;
    }
    Map<String, String> all = new HashMap<>(ofJava);
    for (byte[] each : list(VARIABLES)) {
      String variable = ByteText.of(each);
      int equals = variable.indexOf('=', 1);
      if (equals > 0 && !isAscii(variable)) {
        all.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return all;
  }

  private static boolean isUtf8(String encoding) {
    return Charset.isSupported(encoding)
        && Charset.forName(encoding).equals(StandardCharsets.UTF_8);
  }

  /* Each ends with a byte 0. */
  private static List<byte[]> list(Path file) {
    List<byte[]> all = new ArrayList<>();
    try {
      byte[] bytes = Files.readAllBytes(file);
      int from = 0;
      for (int at = 0; at < bytes.length; at++) {
        if (bytes[at] == 0) {
          all.add(Arrays.copyOfRange(bytes, from, at));
          from = at + 1;
        }
      }
    } catch (IOException notThere) {
      // another system: then what Java has made of them has to do
    }
    return all;
  }
}
