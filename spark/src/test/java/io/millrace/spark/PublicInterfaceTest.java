package io.millrace.spark;

import io.millrace.testkit.contract.PublicInterface;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PublicInterfaceTest {
  @Test
  @DisplayName("L7: the public interface changes on purpose only: SPARK")
  void isWhatWasAgreed() throws IOException {
    new PublicInterface(SparkParallel.class)
        .check("spark", Path.of("").toAbsolutePath().getParent());
  }
}
