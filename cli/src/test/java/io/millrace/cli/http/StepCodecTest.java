package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepCodecTest {
  @DisplayName("H9: a damaged length in a checkpoint is an error, and takes no memory")
  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1})
  void damagedLengths(int length) {
    byte[] redirected =
        ByteBuffer.allocate(24)
            .put((byte) 1)
            .put((byte) 1)
            .putInt(1)
            .putInt(1)
            .putLong(5)
            .putShort((short) 302)
            .putInt(length)
            .array();
    StepCodec codec = new StepCodec(Set.of());
    assertThrows(IllegalArgumentException.class, () -> codec.decode(redirected));
  }
}
