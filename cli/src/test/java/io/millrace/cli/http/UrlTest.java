package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.text.MalformedInputException;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTest {
  @DisplayName("A3: a very long host of numbers costs its line, and no more")
  @Test
  void aVeryLongHost() {
    String url = "http://" + "1.".repeat(100_000) + "1/";
    assertThrows(MalformedInputException.class, () -> Url.parse(url));
  }

  @DisplayName("H15: URLs as people have them are read, and sent in ASCII")
  @ParameterizedTest
  @CsvSource({
    "http://h, http://h/",
    "' http://h/ ', http://h/",
    "http://h?x=1, http://h/?x=1",
    "http://h#x, http://h/",
    "http://h?x#y?z, http://h/?x",
    "HTTPS://H:8443/a%20b?c=%2F#d, https://H:8443/a%20b?c=%2F",
    "http://[::1]:80/, http://[::1]:80/",
    "http://h:/x, http://h/x",
    "http:/h/x, http://h/x",
    "http:///h/x, http://h/x",
    "http://h/\u00e4?\u00f6, http://h/%C3%A4?%C3%B6",
    "http://h/\ud83d\ude00, http://h/%F0%9F%98%80",
    "http://h/a b?c d, http://h/a%20b?c%20d",
    "http://h/a|b{c}?d={e|f}, http://h/a%7Cb%7Bc%7D?d=%7Be%7Cf%7D",
    "'http://h/\"<>\\^`', http://h/%22%3C%3E%5C%5E%60",
    "http://h/100%?a=5%, http://h/100%?a=5%",
    "http://h/x?a[]=1, http://h/x?a[]=1",
    "http://h//a//b, http://h//a//b",
    "http://h/a/../b/./c/.., http://h/b/",
    "http://h/../../x, http://h/x",
    "http://h/x?../y, http://h/x?../y",
    "http://b\u00fccher.example:81/x, http://xn--bcher-kva.example:81/x",
    "http://stra\u00dfe.example/, http://xn--strae-oqa.example/",
    "http://www.FA\u1e9e.example/, http://www.xn--fa-hia.example/",
    "http://\u03b2\u03cc\u03bb\u03bf\u03c2.example/, http://xn--nxasmm1c.example/",
    "http://\u65e5\u672c\u3002example/, http://xn--wgv71a.example/",
    "http://b%C3%BCcher.example/x, http://xn--bcher-kva.example/x",
    "http://u:p@b\u00fccher.example/, http://xn--bcher-kva.example/",
    "http://u:p@h/@x, http://h/@x",
    "http://a_b.test/, http://a_b.test/",
    "http://-a.test/, http://-a.test/",
    "http://h./, http://h./",
    "http://127.0.0.1/, http://127.0.0.1/",
    "http://0177.0.0.1/, http://127.0.0.1/",
    "http://0x7f000001/, http://127.0.0.1/",
    "http://0X7F.1/, http://127.0.0.1/",
    "http://2130706433:81/, http://127.0.0.1:81/",
    "http://127.1/, http://127.0.0.1/",
    "http://10.0x0.258/, http://10.0.1.2/",
    "http://127.0.0.1./, http://127.0.0.1/",
    "http://0x/, http://0.0.0.0/",
    "http://%31%32%37.1/, http://127.0.0.1/",
    "http://\uff11\uff12\uff17.1/, http://127.0.0.1/",
    "http://4294967295/, http://255.255.255.255/",
    "http://1.2.3.4.test/, http://1.2.3.4.test/",
    "http://0x7g/, http://0x7g/",
    "http://node.1/, http://node.1/",
  })
  void theUrlIsAsciiWithoutUserAndFragment(String text, String sent) throws Exception {
    assertEquals(sent, Url.parse(text).toString());
  }

  @DisplayName("H15: an address that is not taken is told of as what it is")
  @Test
  void addressesThatAreNotTaken() {
    String zone =
        assertThrows(MalformedInputException.class, () -> Url.parse("http://[fe80::1%25lo]/"))
            .problem();
    assertTrue(zone.contains("IPv6 address with a zone"), zone);
    String number =
        assertThrows(MalformedInputException.class, () -> Url.parse("http://256.1/")).problem();
    assertTrue(number.contains("no IPv4 address"), number);
  }

  @DisplayName("H13: limits are for a host with its port, but for the usual ones")
  @ParameterizedTest
  @CsvSource({
    "http://u:p@H/x, h",
    "http://h:80/, h",
    "https://h/, h",
    "https://h:443/, h",
    "http://h:443/, h:443",
    "http://h:8080/, h:8080",
    "http://[::1]:8080/, [::1]:8080",
  })
  void limitsAreForHostAndPort(String text, String key) throws Exception {
    assertEquals(key, Url.parse(text).limitKey());
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
        "http:h",
        "http://",
        "http:////h",
        "http://@/",
        "http://:80/",
        "http://h:x/",
        "http://h:99999/",
        "http://h:99999999999999999999/",
        "http://a b/",
        "http://a%00b/",
        "http://a%2fb/",
        "http://a%ff/",
        "http://a\uff0fb/",
        "http://[::1/",
        "http://[x]/",
        "http://[fe80::1%25lo]/",
        "http://[fe80::1%lo]/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://4294967296/",
        "http://1.2.65536/",
        "http://09.1/",
        "http://0x1ffffffffffffffff/",
        "http://99999999999999999999/",
        "http://1..2/",
        "http://[]/",
        "http://h/\u0000",
        "http://h/\ta",
        "http://h/\ud83d",
        "mailto:a@b"
      })
  void whatIsNoHttpUrlIsRefused(String text) {
    assertThrows(MalformedInputException.class, () -> Url.parse(text));
  }

  @DisplayName(
      "H9: what is shown is as it was written without user and password, and nothing else of it changes")
  @Test
  void whatIsShownIsAsWrittenWithoutUserAndPassword() throws Exception {
    assertEquals("http://h/\u00e4#x", Url.withoutUser("http://u:p%40@h/\u00e4#x"));
    assertEquals("http://b\u00fccher.de/", Url.withoutUser(" http://u@b\u00fccher.de/"));
    String inQuery = "http://m\u00fcller.example/?next=http://m\u00fcller.example/x";
    assertEquals(inQuery, Url.withoutUser(inQuery));
    assertEquals(
        "http://xn--mller-kva.example/?next=http://m%C3%BCller.example/x",
        Url.parse(inQuery).toString());
    assertEquals("http://h/?u=http://u@h/", Url.withoutUser("http://u@h/?u=http://u@h/"));
  }

  @Test
  void userAndPasswordAreCredentials() throws Exception {
    assertEquals(Optional.empty(), Url.parse("http://h/").credentials());
    assertEquals(Optional.of("Basic dTpwQA=="), Url.parse("http://u:p%40@h/").credentials());
    assertEquals(Optional.of("Basic dTo="), Url.parse("http://u@h/").credentials());
    assertFalse(Url.parse("http://u:s3cret@h/").toString().contains("s3cret"));
  }

  @DisplayName("H2: a reference is resolved as RFC 3986, section 5.4, has it")
  @ParameterizedTest
  @CsvSource({
    "g, http://a/b/c/g",
    "./g, http://a/b/c/g",
    "g/, http://a/b/c/g/",
    "/g, http://a/g",
    "//g, http://g/",
    "?y, http://a/b/c/d;p?y",
    "g?y, http://a/b/c/g?y",
    "#s, http://a/b/c/d;p?q",
    "g#s, http://a/b/c/g",
    "g?y#s, http://a/b/c/g?y",
    ";x, http://a/b/c/;x",
    "g;x, http://a/b/c/g;x",
    "g;x?y#s, http://a/b/c/g;x?y",
    "., http://a/b/c/",
    "./, http://a/b/c/",
    ".., http://a/b/",
    "../, http://a/b/",
    "../g, http://a/b/g",
    "../.., http://a/",
    "../../, http://a/",
    "../../g, http://a/g",
    "../../../g, http://a/g",
    "../../../../g, http://a/g",
    "/./g, http://a/g",
    "/../g, http://a/g",
    "g., http://a/b/c/g.",
    ".g, http://a/b/c/.g",
    "g.., http://a/b/c/g..",
    "..g, http://a/b/c/..g",
    "./../g, http://a/b/g",
    "./g/., http://a/b/c/g/",
    "g/./h, http://a/b/c/g/h",
    "g/../h, http://a/b/c/h",
    "g;x=1/./y, http://a/b/c/g;x=1/y",
    "g;x=1/../y, http://a/b/c/y",
    "g?y/./x, http://a/b/c/g?y/./x",
    "g?y/../x, http://a/b/c/g?y/../x",
    "g#s/../x, http://a/b/c/g",
    "https://x/y, https://x/y",
    "HTTP://x/y, http://x/y",
    "a b|c, http://a/b/c/a%20b%7Cc",
    "'  g  ', http://a/b/c/g",
    "g?u=http://x/, http://a/b/c/g?u=http://x/",
    "./a:b, http://a/b/c/a:b",
  })
  void aReferenceIsResolved(String reference, String target) throws Exception {
    assertEquals(target, Url.parse("http://a/b/c/d;p?q").resolve(reference).toString());
  }

  @DisplayName("H2: the bytes of a Location are encoded once, whatever they are")
  @Test
  void bytesOfAReferenceAreEncodedOnce() throws Exception {
    Url base = Url.parse("http://a/b");
    assertEquals("http://a/%C3%A4", base.resolve("/\u00c3\u00a4").toString());
    assertEquals("http://a/%E4", base.resolve("/\u00e4").toString());
    assertEquals("http://a/%C3%A4", base.resolve("/%C3%A4").toString());
    assertEquals(
        "http://xn--mller-kva.example/",
        base.resolve("http://m\u00c3\u00bcller.example").toString());
  }

  @Test
  void originsDifferBySchemeHostAndPort() throws Exception {
    Url url = Url.parse("http://h/x");
    assertTrue(url.hasOriginOf(Url.parse("http://H:80/y")));
    assertFalse(url.hasOriginOf(Url.parse("http://h:81/x")));
    assertFalse(url.hasOriginOf(Url.parse("https://h/x")));
    assertFalse(url.hasOriginOf(Url.parse("http://i/x")));
  }

  @ParameterizedTest
  @CsvSource({
    "http://h:80/, h",
    "https://h:443/, h",
    "http://h:443/, h:443",
    "http://[::1]:81/, [::1]:81"
  })
  void theUsualPortIsNotSaid(String url, String authority) throws Exception {
    assertEquals(authority, Url.parse(url).authority());
  }
}
