package io.millrace.checkpoint;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a checkpoint can be called. */
class CheckpointNameTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 201, 1_000_000})
  @DisplayName("A name of no or too many characters is refused, by a message that is short itself")
  void length(int characters) {
    String name = "x".repeat(characters);
    for (String refused :
        new String[] {
          assertThrows(IllegalArgumentException.class, () -> CheckpointName.of(name, "1"))
              .getMessage(),
          assertThrows(IllegalArgumentException.class, () -> CheckpointName.of("ask", name))
              .getMessage()
        }) {
      assertTrue(refused.contains("1 to 200 characters"), refused);
      assertTrue(refused.length() < 300, () -> "of " + refused.length() + " characters");
    }
  }
}
