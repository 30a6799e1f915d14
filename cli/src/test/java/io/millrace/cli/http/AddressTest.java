package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "http://h, http://h",
    "HTTPS://H:8443/a%20b?c=%2F#d, HTTPS://H:8443/a%20b?c=%2F",
    "http://[::1]:80/, http://[::1]:80/",
    "http://h/\u00e4?\u00f6, http://h/%C3%A4?%C3%B6",
    "http://b\u00fccher.example:81/x, http://xn--bcher-kva.example:81/x",
    "http://u:p@b\u00fccher.example/, http://xn--bcher-kva.example/",
    "http://u:p@h/@x, http://h/@x",
  })
  void theAddressIsAsciiWithoutUserAndFragment(String text, String uri) throws Exception {
    assertEquals(uri, Address.parse(text).uri().toString());
  }

  @Test
  void whatIsShownIsAsWrittenWithoutUserAndPassword() throws Exception {
    assertEquals("http://h/\u00e4#x", Address.parse("http://u:p%40@h/\u00e4#x").shown());
    assertEquals("http://b\u00fccher.de/", Address.parse("http://u@b\u00fccher.de/").shown());
    assertEquals(Optional.empty(), Address.parse("http://h/").credentials());
    assertEquals(Optional.of("Basic dTpwQA=="), Address.parse("http://u:p%40@h/").credentials());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h",
        "/path",
        "h:80/x",
        "file:///etc/passwd",
        "ftp://h",
        "http:",
        "http:/h",
        "http://",
        "http://h:x/",
        "http://h:99999/",
        "http://my_host/",
        "http://a b/",
        "http://h/\"",
        "mailto:a@b"
      })
  void whatIsNoHttpAddressIsRefused(String text) {
    assertThrows(MalformedInputException.class, () -> Address.parse(text));
  }
}
