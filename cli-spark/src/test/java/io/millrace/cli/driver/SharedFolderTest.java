package io.millrace.cli.driver;

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
}
