package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.cli.text.ContentText;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentTextTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "6162, none, ab, false",
        "'', none, '', false",
        "c3a4, text/plain, \u00e4, false",
        "c3a4, text/html; charset=, \u00e4, false",
        "c3a4, 'text/html; charset=\"\"', \u00e4, false",
        "e4, text/plain;charset=latin1, \u00e4, false",
        "e4, 'text/plain; x=y; CHARSET = \"ISO-8859-1\"; z', \u00e4, false",
        "e4, 'text/plain; x=\"a; charset=latin1\"', 5A==, true",
        "c3a4, 'text/plain; x=\"; charset=latin1; \"; charset=utf-8', \u00e4, false",
        "e4, 'text/plain; x=\"\\\"; charset=utf-8; \"; charset=latin1', \u00e4, false",
        "e4, 'text/plain; xcharset=utf-8; charset=latin1', \u00e4, false",
        "e4, 'text/plain; charset=\"lat\\in1\"', \u00e4, false",
        "6162, text/plain; charset, ab, false",
        "6162, ';;;', ab, false",
        "6162, '=\";', ab, false",
        "6162, '', ab, false",
        "e4, text/plain, 5A==, true",
        "e4, text/plain;charset=utf-8, 5A==, true",
        "e4, text/plain;charset=nonsense, 5A==, true",
        "e4, text/plain;charset=!!, 5A==, true",
        "6162, text/plain;charset=nonsense, YWI=, true",
        "00e4, text/plain;charset=utf-16, \u00e4, false",
        "d800, text/plain;charset=utf-16, 2AA=, true",
      })
  void bytesBecomeTextByTheirCharsetOrElseBase64(
      String bytes, String type, String text, boolean isBase64) {
    ByteBuffer content = ByteBuffer.wrap(HexFormat.of().parseHex(bytes));
    assertEquals(
        new ContentText(text, isBase64), ContentText.of(content, Optional.ofNullable(type)));
  }
}
