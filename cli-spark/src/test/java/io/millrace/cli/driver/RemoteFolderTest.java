package io.millrace.cli.driver;

import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;

class RemoteFolderTest {
  @Test
  void oneThatCannotBeReachedAnyMoreIsLeftAsItIs() {
    RawLocalFileSystem gone =
        new RawLocalFileSystem() {
          @Override
          public boolean exists(Path path) throws IOException {
            throw new IOException("no route to host");
          }
        };
    new RemoteFolder(gone, new Path("hdfs://host/answers")).removeIfEmpty();
  }
}
