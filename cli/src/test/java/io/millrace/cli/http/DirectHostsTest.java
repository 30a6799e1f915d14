package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectHostsTest {
  @DisplayName("H11: no_proxy is read as curl reads it")
  @ParameterizedTest
  @CsvSource({
    "*, h, true",
    "'a,*', h, false",
    "'*,a', h, false",
    "' *', h, false",
    "127.0.0.0/8, 127.1.2.3, true",
    "127.0.0.0/8, 128.0.0.1, false",
    "126.0.0.0/7, 127.0.0.1, true",
    "10.1.2.0/23, 10.1.3.255, true",
    "10.1.2.0/23, 10.1.4.0, false",
    "127.0.0.1/0, 127.0.0.1, true",
    "127.0.0.1/0, 127.0.0.2, false",
    "127.0.0.1/32, 127.0.0.1, true",
    "127.0.0.1/33, 127.0.0.1, false",
    "127/8, 127.0.0.1, false",
    "127.0.0.1, 127.0.0.1, true",
    "127.0.0.1., 127.0.0.1, false",
    "0.0.1, 127.0.0.1, false",
    "'x 10.0.0.0/8', 10.9.9.9, true",
    "::1, [::1], true",
    "0:0:0:0:0:0:0:1, [::1], true",
    "fe80::/10, [fe80::1], true",
    "fe80::/10, [febf::1], true",
    "fe80::/10, [fec0::1], false",
    "2001:db8::/32, [2001:db8:1::2], true",
    "::ffff:10.0.0.0/104, [::ffff:10.1.1.1], true",
    "10.0.0.0/8, [::ffff:10.1.1.1], false",
    "::/129, [::1], false",
    "localhost, localhost., true",
    "localhost., localhost, true",
    "localhost., LOCALHOST., true",
    ".near.invalid., sub.near.invalid, true",
    "near.invalid, sub.near.invalid., true",
    "near.invalid, thenear.invalid, false",
    "'.,..', h, false",
    "'a ,\tb', b, true",
    "10.0.0.0/8, 10.0.0.0.example, false",
  })
  void itIsReadAsCurlReadsIt(String list, String host, boolean isDirect) throws Exception {
    Proxies proxies = Proxies.of(Optional.of("http://proxy:1"), Map.of("no_proxy", list));
    assertEquals(!isDirect, proxies.to(Url.parse("http://" + host + ":9/")).isPresent());
  }
}
