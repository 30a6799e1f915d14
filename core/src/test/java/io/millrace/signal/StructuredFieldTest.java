package io.millrace.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.signal.StructuredField.Bytes;
import io.millrace.signal.StructuredField.DisplayString;
import io.millrace.signal.StructuredField.Member;
import io.millrace.signal.StructuredField.Token;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 9651: a structured field")
class StructuredFieldTest {
  private static void assertItem(Object value, String text) {
    assertEquals(Optional.of(new Member(value, Map.of())), StructuredField.item(text), text);
  }

  @Test
  void hasItemsOfEveryType() {
    assertItem(42L, "  42 ");
    assertItem(-999_999_999_999_999L, "-999999999999999");
    assertItem(0L, "-0");
    assertItem(new BigDecimal("4.5"), "4.5");
    assertItem(new BigDecimal("-123456789012.123"), "-123456789012.123");
    assertItem("a \"b\" \\", "\"a \\\"b\\\" \\\\\"");
    assertItem(new Token("*foo/bar:1"), "*foo/bar:1");
    assertItem(true, "?1");
    assertItem(false, "?0");
    assertItem(new Bytes(List.of((byte) 'h', (byte) 'i')), ":aGk=:");
    assertItem(Instant.ofEpochSecond(1_659_578_233), "@1659578233");
    assertItem(new DisplayString("f\u00fc\u00fc"), "%\"f%c3%bc%c3%bc\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "--1",
        "1000000000000000",
        "1.",
        ".1",
        "1.2345",
        "1234567890123.1",
        "\"",
        "\"a",
        "\"\\a\"",
        "\"\u00fc\"",
        "?2",
        "?",
        ":a",
        ":a!:",
        "@1.5",
        "@",
        "%\"%C3%BC\"",
        "%\"%c3\"",
        "%x",
        "1 2",
        "1;",
        "1;A",
        "\u00fc",
        "\t1"
      })
  void thatIsMalformedIsEmpty(String text) {
    assertEquals(Optional.empty(), StructuredField.item(text));
  }

  @Test
  void hasParametersOfWhichTheLastCounts() {
    assertEquals(
        Optional.of(new Member(1L, Map.of("a", true, "b", 3L))),
        StructuredField.item("1;a; b=2;b=3"));
  }

  @Test
  void isAList() {
    Member inner =
        new Member(
            List.of(new Member("a", Map.of("x", 1L)), new Member(new Token("b"), Map.of())),
            Map.of("y", true));
    assertEquals(
        Optional.of(List.of(new Member(1L, Map.of()), inner)),
        StructuredField.list("1 \t,\t (\"a\";x=1  b );y"));
    assertEquals(Optional.of(List.of()), StructuredField.list(""));
    assertEquals(Optional.of(List.of()), StructuredField.list("  "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1,", ",1", "1,,2", "(1", "(1,2)", "(1\"a\")", "1 2", "\t1"})
  void whoseListIsMalformedIsEmpty(String text) {
    assertEquals(Optional.empty(), StructuredField.list(text));
  }

  @Test
  void isADictionary() {
    assertEquals(
        Optional.of(
            Map.of(
                "a",
                new Member(2L, Map.of()),
                "b",
                new Member(true, Map.of("x", 1L)),
                "c",
                new Member(List.of(), Map.of()))),
        StructuredField.dictionary("a=1, b;x=1, c=(), a=2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=", "a=1,", "A=1", "a==1", "a=1 b=2", "=1"})
  void whoseDictionaryIsMalformedIsEmpty(String text) {
    assertEquals(Optional.empty(), StructuredField.dictionary(text));
  }

  @Test
  @DisplayName("of any characters is read or empty, and never throws")
  void thatIsNonsense() {
    Random random = new Random(7);
    String alphabet = "\"\\?:@%();=,. \t-aA*19\u00fc\ud83d\u0000";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      StructuredField.item(text.toString());
      StructuredField.list(text.toString());
      StructuredField.dictionary(text.toString());
    }
  }
}
