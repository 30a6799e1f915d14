package io.millrace.cli.run;

import io.millrace.cli.resume.Rerun;
import io.millrace.cli.run.Template.Part;
import java.util.ArrayList;
import java.util.List;

/** What a shell understands. */
final class Shell {
  private Shell() {}

  /** A word as a shell takes it. */
  static String quoted(byte[] word) {
    return Rerun.quoted(Template.text(word));
  }

  /**
   * A script as a command of {@code /bin/sh}. What an item has comes as parameters: it is never read as a part of the
   * script, whatever it is.
   *
   * @param words of the script, which are joined by spaces
   * @throws ScriptException if it has places, and anything with which a value might become code
   */
  static Template command(Template words) {
    List<Part> values = new ArrayList<>();
    StringBuilder script = new StringBuilder();
    for (List<Part> word : words.words()) {
      if (!script.isEmpty()) {
        script.append(' ');
      }
      for (Part part : word) {
        if (part instanceof Part.Literal(var bytes)) {
          script.append(Template.text(bytes));
        } else {
          int known = values.indexOf(part);
          if (known < 0) {
            known = values.size();
            values.add(part);
          }
          script.append((char) (Script.FIRST_VALUE + known));
        }
      }
    }
    String code =
        values.isEmpty()
            ? script.toString()
            : new Script(script.toString(), values).withParameters();
    List<List<Part>> all = new ArrayList<>();
    for (String word : List.of("/bin/sh", "-c", code, "sh")) {
      all.add(List.of(new Part.Literal(Template.bytes(word))));
    }
    values.forEach(value -> all.add(List.of(value)));
    return new Template(all);
  }
}
