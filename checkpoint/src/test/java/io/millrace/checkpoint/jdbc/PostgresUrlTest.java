package io.millrace.checkpoint.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlTest {
  @DisplayName(
      "no password of an address is in a message, a cause or a text, whatever is wrong with the address")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://127.0.0.1:99999/db?user=me&password=SECRET",
        "jdbc:postgresql://127.0.0.1:x/db?password=SECRET",
        "jdbc:postgresql://127.0.0.1:1/db?user=me&password=SECRET",
        "jdbc:postgresql://127.0.0.1:1/db?user=me&PASSWORD=SECRET",
        "jdbc:postgresql://127.0.0.1:1/a%zz?password=SECRET",
        "jdbc:postgresql://127.0.0.1:1/db?password=SECRET%zz",
        "jdbc:postgresql://127.0.0.1:1/db?port=x&password=SECRET",
        "jdbc:postgresql://127.0.0.1:1/db?sslpassword=SECRET&sslmode=verify-full",
        "jdbc:postgresql://u:SECRET@127.0.0.1:1/db",
        "jdbc:postgresql://u:SECRET@nosuch.invalid/db",
        "jdbc:postgresql://u:a/SECRET@nosuch.invalid/db",
        "jdbc:postgresql://u:1?SECRET@nosuch.invalid/db",
        "jdbc:postgresql://127.0.0.1:1/db;user=me;password=SECRET",
        "jdbc:postgresql://127.0.0.1:1/db&user=me&password=SECRET",
        "jdbc:postgresql://127.0.0.1:1/db?currentSchema=s;password=SECRET",
        "jdbc:postgresql:db;password=SECRET",
        "jdbc:postgresql://u:SECRET",
        "jdbc:postgresql:u:SECRET@host/db",
        "jdbc:mysql://u:SECRET@h/db",
        "jdbc:mysql://u:a/SECRET@h/db",
        "jdbc:sqlite:foo?password=SECRET"
      })
  void passwordsAreSaidNowhere(String url) {
    RuntimeException error =
        assertThrows(
            RuntimeException.class,
            () -> {
              JdbcStore store = JdbcStore.url(url);
              assertFalse(store.toString().contains("SECRET"), store.toString());
              store.info();
            });
    StringWriter all = new StringWriter();
    error.printStackTrace(new PrintWriter(all));
    assertFalse(all.toString().contains("SECRET"), all.toString());
  }

  @DisplayName("passwords go to the driver as properties, all else stays in the address")
  @Test
  void secretsBecomeProperties() {
    assertEquals(
        new PostgresUrl(
            "jdbc:postgresql://a:1,[::1]:2/db?user=me&currentSchema=s",
            Map.of("password", "a b&c", "sslpassword", "")),
        PostgresUrl.parse(
            "jdbc:postgresql://a:1,[::1]:2/db?user=me&password=a+b%26c&sslpassword=&currentSchema=s"));
    for (String url :
        new String[] {
          "jdbc:postgresql:",
          "jdbc:postgresql:db",
          "jdbc:postgresql:/",
          "jdbc:postgresql:///db",
          "jdbc:postgresql://h",
          "jdbc:postgresql://h/",
          "jdbc:postgresql://h/a%40b?ssl&user=x"
        }) {
      assertEquals(new PostgresUrl(url, Map.of()), PostgresUrl.parse(url));
    }
  }
}
