package io.millrace.cli.driver;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;

/** A directory to which all workers write, named by a URL: Spark makes it. */
record RemoteFolder(FileSystem system, Path path) {

  static RemoteFolder of(SparkContext context, String url) throws IOException {
    Path path = new Path(url);
    return new RemoteFolder(path.getFileSystem(context.hadoopConfiguration()), path);
  }

  boolean isThere() throws IOException {
    return system.exists(path);
  }

  /** If the job has failed. A directory in which nobody has written anything is not left behind, if that can be helped. */
  void removeIfEmpty() {
    try {
      if (isThere() && system.listStatus(path).length == 0) {
        system.delete(path, false);
      }
    } catch (IOException | RuntimeException unreachable) {
      // why the job has failed says more
    }
  }
}
