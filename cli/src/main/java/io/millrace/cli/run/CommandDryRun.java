package io.millrace.cli.run;

import io.millrace.base.Visible;
import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.Streams;
import io.millrace.cli.text.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Writes the commands that a run would start, one in a line, and starts none.
 *
 * @param name the command's own, for errors
 * @param fields that each item has to have
 */
record CommandDryRun(String name, CommandForm form, Set<String> fields, Streams streams) {
  /** Reads all items; answers what to exit with. */
  int go(ItemSource items, Output output) throws IOException {
    boolean allOk = true;
    boolean isShown = streams.isOutputShown();
    while (items.hasNext()) {
      Item item = items.next();
      try {
        fields.forEach(item::field);
        byte[] command = Template.bytes(form.shown(item.check()));
        output.lines().writeBytes(isShown ? visible(command) : command);
        output.lines().write('\n');
        if (output.isFull()) {
          output.flush();
        }
      } catch (MalformedItemException malformed) {
        allOk = false;
        streams.err().println(name + ": item " + item.number() + ": " + malformed.getMessage());
      }
    }
    output.flush();
    return allOk ? ExitStatus.OK : ExitStatus.FAILED;
  }

  /* What stands in the input may be anybody's: nothing in it steers the terminal. */
  private static byte[] visible(byte[] command) {
    return Visible.of(new String(command, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
  }
}
