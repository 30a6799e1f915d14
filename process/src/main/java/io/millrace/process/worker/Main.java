package io.millrace.process.worker;

import io.millrace.process.wire.Connection;
import io.millrace.process.wire.Hello;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A worker process. Its standard input brings the address of the parent's socket and a token, then
 * nothing more; when it ends, so has the parent. Standard output and error are the task's alone.
 */
public final class Main {
  private Main() {}

  /** Runs tasks until the parent has enough or is gone. */
  public static void main(String[] args) throws IOException {
    InputStream parent = new FileInputStream(FileDescriptor.in);
    System.setIn(InputStream.nullInputStream());
    String socket = readLine(parent);
    String token = readLine(parent);
    Lifeline.watch(parent);
    Terminal.ignoreInterrupts();
    Connection connection = Connection.to(Path.of(socket));
    try (connection) {
      connection.send(new Hello(token, ProcessHandle.current().pid()).frame());
      new Tasks(connection).run();
    } catch (IOException parentIsGone) {
      Lifeline.end();
    }
  }

  /* Byte by byte, because nothing may be read ahead; UTF-8. */
  private static String readLine(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("not started by a ProcessPool: there is nothing on standard input");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
