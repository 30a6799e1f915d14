package io.millrace.cli.driver;

import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;

/** The directory to which all workers write, as Spark sees it. It makes one that a URL names. */
record RemoteFolder(FileSystem system, Path path) {
  /* What tasks write is there until it counts. */
  private static final String UNFINISHED = "_temporary";

  static RemoteFolder of(SparkContext context, String url) throws IOException {
    Path path = new Path(url);
    return new RemoteFolder(path.getFileSystem(context.hadoopConfiguration()), path);
  }

  boolean isThere() throws IOException {
    return system.exists(path);
  }

  /** If the job has failed, and its tasks have ended. A directory in which nobody has written anything is not left behind, if that can be helped. */
  void removeIfEmpty() {
    try {
      if (isThere() && hasNothingFinished()) {
        system.delete(path, true);
      }
    } catch (IOException | RuntimeException unreachable) {
      // why the job has failed says more
    }
  }

  private boolean hasNothingFinished() throws IOException {
    return Arrays.stream(system.listStatus(path))
        .allMatch(each -> each.getPath().getName().equals(UNFINISHED));
  }
}
