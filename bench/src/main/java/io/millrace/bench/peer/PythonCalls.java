package io.millrace.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** Calls in the processes of Python's ProcessPoolExecutor, which measures itself. */
record PythonCalls(int processes) implements CallSite {
  private static final String PYTHON = "python3";
  private static final String SCRIPT = "process_pool.py";

  static boolean isThere() throws InterruptedException {
    try {
      return new ProcessBuilder(PYTHON, "--version")
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  @Override
  public String name() {
    return "python";
  }

  @Override
  public CallCosts measure(int single, int many) throws Exception {
    Path script = Files.createTempFile("process_pool", ".py");
    try (InputStream source = PythonCalls.class.getResourceAsStream(SCRIPT)) {
      Files.copy(
          Objects.requireNonNull(source, SCRIPT), script, StandardCopyOption.REPLACE_EXISTING);
      return run(script, single, many);
    } finally {
      Files.delete(script);
    }
  }

  private CallCosts run(Path script, int single, int many) throws Exception {
    Process process =
        new ProcessBuilder(
                PYTHON,
                script.toString(),
                String.valueOf(processes),
                String.valueOf(single),
                String.valueOf(many))
            .redirectError(Redirect.INHERIT)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(PYTHON + " failed");
    }
    String[] figures = output.split(" ");
    return new CallCosts(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]));
  }
}
