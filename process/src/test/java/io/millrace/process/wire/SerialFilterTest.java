package io.millrace.process.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ObjectInputFilter;
import java.util.Currency;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SerialFilterTest {
  /* For the rest of the life of this JVM: nothing else here has currencies. */
  @BeforeAll
  static void filterThisJvm() {
    ObjectInputFilter.Config.setSerialFilter(
        ObjectInputFilter.Config.createFilter("!java.util.Currency"));
  }

  @Test
  @DisplayName("P1: what the filter of this JVM refuses is refused, although the pool allows it")
  void theFilterOfTheJvmHolds() throws Exception {
    byte[] bytes = Bytes.of(List.of(Currency.getInstance("EUR")));

    var refusal = assertThrows(Refusal.class, () -> Bytes.read(bytes));

    assertEquals(
        "the result is refused by the filter of this JVM (jdk.serialFilter): java.util.Currency",
        refusal.getMessage());
    assertEquals(List.of("EUR"), Bytes.read(Bytes.of(List.of("EUR"))));
  }
}
