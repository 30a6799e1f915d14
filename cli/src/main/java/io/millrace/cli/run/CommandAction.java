package io.millrace.cli.run;

import io.millrace.cli.process.Invocation;
import io.millrace.cli.process.ProgramEnd;
import io.millrace.cli.process.Programs;
import io.millrace.cli.process.Programs.Limits;
import io.millrace.cli.process.Programs.Printing;
import io.millrace.plan.Action;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * Runs the command for an item, and waits for it.
 *
 * @param inMemory how many bytes of each stream are kept in memory
 * @param most how many are kept at all
 * @param isCutWanted whether the start of an output will do; otherwise an item with more fails
 * @param folder where outputs go; empty keeps them for whoever takes the outcome
 */
record CommandAction(
    Programs programs,
    CommandForm form,
    Limits limits,
    int inMemory,
    long most,
    boolean isCutWanted,
    Optional<OutputFolder> folder)
    implements Action<Item, Attempt> {

  @Override
  public Attempt apply(Item item) throws CommandException, InterruptedException, IOException {
    Invocation invocation = form.invocation(item);
    Attempt attempt =
        item.course().begins(new Captured(inMemory, most), new Captured(inMemory, most));
    ProgramEnd ending =
        folder.isPresent()
            ? intoFolder(folder.get(), item, invocation, attempt)
            : captured(invocation, attempt);
    attempt.ended(ending);
    if (!ending.isSuccess()) {
      throw new CommandException(ending, invocation.arguments().getFirst());
    }
    if (!isCutWanted && (isCut(attempt.out()) || isCut(attempt.err()))) {
      throw new IOException(
          "more than "
              + most
              + " bytes do not fit into a checkpoint: see --output-dir and --max-output");
    }
    return attempt;
  }

  private static boolean isCut(Captured captured) {
    return captured.total() > captured.kept();
  }

  private ProgramEnd captured(Invocation invocation, Attempt attempt)
      throws InterruptedException, IOException {
    try {
      return programs.run(invocation, new Printing.Piped(attempt.out(), attempt.err()), limits);
    } finally {
      attempt.ended();
    }
  }

  private ProgramEnd intoFolder(
      OutputFolder into, Item item, Invocation invocation, Attempt attempt)
      throws InterruptedException, IOException {
    try {
      ProgramEnd ending = programs.run(invocation, into.begin(item, attempt.number()), limits);
      into.end(item, ending);
      return ending;
    } catch (FileAlreadyExistsException taken) {
      String kind = "its output is there already";
      throw new MalformedItemException(kind + ": " + taken.getMessage(), kind);
    } catch (NoSuchFileException removed) {
      throw new IOException("somebody has removed " + removed.getFile(), removed);
    } finally {
      attempt.ended();
      into.discard(item);
    }
  }
}
