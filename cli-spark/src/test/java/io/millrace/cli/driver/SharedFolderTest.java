package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFolderTest {
  @TempDir Path folder;

  @Test
  void ofTwoThatMakeTheSameOneOnlyOneHasIt() throws Exception {
    Path output = folder.resolve("a/b");
    SharedFolder first = SharedFolder.create(output);
    assertTrue(Files.exists(Path.of(first.marker())));
    assertThrows(FileAlreadyExistsException.class, () -> SharedFolder.create(output));
    first.require();
  }

  @Test
  void oneInWhichNothingWasWrittenIsNotLeftBehind() throws Exception {
    Path output = folder.resolve("answers");
    SharedFolder.create(output).complete();
    assertFalse(Files.exists(output));
  }

  @Test
  void whatWasWrittenStays() throws Exception {
    Path output = folder.resolve("answers");
    SharedFolder shared = SharedFolder.create(output);
    Path part = Files.createFile(output.resolve("part-00000"));
    shared.complete();
    assertTrue(Files.exists(part));
    assertFalse(Files.exists(Path.of(shared.marker())));
  }

  @Test
  void oneThatCannotBeReachedAnyMoreIsLeftAsItIs() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    new SharedFolder(file.resolve("marker").toString()).complete();
    assertTrue(Files.exists(file));
  }
}
