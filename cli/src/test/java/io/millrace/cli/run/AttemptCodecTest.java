package io.millrace.cli.run;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptCodecTest {
  @DisplayName("C9: a damaged length in a checkpoint is an error, and takes no memory")
  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1})
  void damagedLengths(int length) {
    byte[] stored =
        ByteBuffer.allocate(33)
            .put((byte) 1)
            .putInt(1)
            .putLong(5)
            .putLong(5)
            .putLong(5)
            .putInt(length)
            .array();
    AttemptCodec codec = new AttemptCodec();
    assertThrows(IllegalArgumentException.class, () -> codec.decode(stored));
  }
}
