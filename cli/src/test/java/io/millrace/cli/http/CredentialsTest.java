package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.cli.RawServer;
import io.millrace.cli.resume.Rerun;
import io.millrace.cli.text.Credentials;
import io.millrace.cli.text.MalformedInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  private static final List<String> PARTS =
      List.of(
          "http",
          "HTTPS",
          ":",
          "/",
          "//",
          "/",
          "@",
          "PASSWORD",
          "u",
          ":",
          "?",
          "#",
          "h",
          ".",
          " ",
          "%40",
          "1",
          "[::1]",
          "\\");

  @TempDir Path folder;

  private static String rerun(String... arguments) {
    return Rerun.of("millrace", List.of(arguments)).text(Optional.empty(), Optional.empty());
  }

  @DisplayName("H20: no spelling of a URL or a proxy has its password in the command that goes on")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://bob:PASSWORD@host/",
        "http:///bob:PASSWORD@host/",
        "http:/bob:PASSWORD@host/",
        "HTTP:///bob:PASSWORD@host",
        "http://bob:p@PASSWORD@host",
        "bob:p@PASSWORD@host",
        "http:bob:PASSWORD@host",
        "  http:/bob:PASSWORD@host"
      })
  void noPasswordGoesOn(String text) {
    assertFalse(rerun("http", "--proxy", text).contains("PASSWORD"));
    assertFalse(rerun("http", "--proxy=" + text).contains("PASSWORD"));
    if (Url.isMeant(text)) {
      assertFalse(rerun("http", text).contains("PASSWORD"), text);
      assertFalse(rerun("http", "--env", "URL=" + text).contains("PASSWORD"), text);
    }
  }

  @DisplayName("H20: what is a password for the request is one for all that is said and kept")
  @Test
  void allThatTheRequestTakesForOneIsFound() throws MalformedInputException {
    Random random = new Random(42);
    Url base = Url.parse("http://base/");
    int found = 0;
    for (int round = 0; round < 40_000; round++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "http:/" : "//");
      for (int part = random.nextInt(8); part >= 0; part--) {
        text.append(PARTS.get(random.nextInt(PARTS.size())));
      }
      String url = text.toString();
      if (url.indexOf("PASSWORD") != url.lastIndexOf("PASSWORD")) {
        continue; // it may be the host as well
      }
      if (hasPassword(() -> Url.parse(url).userInfo())) {
        found++;
        assertFalse(rerun("http", url).contains("PASSWORD"), url);
      }
      if (hasPassword(() -> base.resolve(url).userInfo())) {
        found++;
        assertTrue(Credentials.areIn(url), url);
      }
      if (hasPassword(() -> Proxies.of(Optional.of(url), Map.of()).http().flatMap(Url::userInfo))) {
        found++;
        assertFalse(rerun("http", "--proxy", url).contains("PASSWORD"), url);
      }
    }
    assertTrue(found > 50, "found: " + found);
  }

  private interface Reading {
    Optional<String> read() throws MalformedInputException;
  }

  private static boolean hasPassword(Reading reading) {
    try {
      return reading.read().filter(user -> user.contains("PASSWORD")).isPresent();
    } catch (MalformedInputException refused) {
      return false;
    }
  }

  @DisplayName("H20: other arguments go on as they are")
  @ParameterizedTest
  @ValueSource(
      strings = {"http://host/@scope/name", "http://host/?mail=a@b", "/home/a@b", "a@b", "x:y@z"})
  void otherArgumentsStay(String text) {
    assertEquals("millrace http " + text, rerun("http", text).replace("'", ""));
  }

  @DisplayName(
      "H20: a redirect to a URL with an address or another URL in its path or query has no user")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/end?next=https://joe@example.com/",
        "/end?http://joe:x@example.com",
        "/end/http://joe:x@example.com/",
        "/end/@joe",
        "/end?a@b"
      })
  void addressesInQueriesAreNoUsers(String location) throws IOException {
    try (RawServer server =
        RawServer.start(
            (request, _, answer) -> {
              if (request.target().startsWith("/end")) {
                answer.send(200, "fine");
              } else {
                answer.send(302, "", "Location: " + location);
              }
            })) {
      Cli cli = Cli.run(server.url("/"), "http", "--checkpoint", folder.resolve("c").toString());
      assertEquals(0, cli.code(), cli.out());
      assertEquals("fine", cli.line().get("body").stringValue());
    }
  }

  @DisplayName("H20: with a checkpoint no redirect is followed that has a user or password")
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\u000b", "\u001c", "\u001d \u001e", "\u001f"})
  void noPasswordOfARedirectIsKept(String space) throws IOException {
    try (RawServer server =
        RawServer.start(
            (request, _, answer) -> {
              if (request.target().equals("/end")) {
                answer.send(200, "fine");
              } else {
                String to = request.header("host").orElseThrow() + "/end";
                String start = space + (space.isEmpty() ? "http:///" : "//");
                answer.send(302, "", "Location: " + start + "me:HUNTER@" + to);
              }
            })) {
      Path checkpoint = folder.resolve("checkpoint");
      Cli kept = Cli.run(server.url("/"), "http", "--checkpoint", checkpoint.toString());
      assertEquals(1, kept.code());
      assertEquals(
          "status 302: the redirect was not followed: it has a user or password, which"
              + " --checkpoint does not keep",
          kept.line().get("error").stringValue());
      assertFalse(Files.readString(checkpoint, StandardCharsets.ISO_8859_1).contains("HUNTER"));
      Cli free = Cli.run(server.url("/"), "http");
      assertEquals("fine", free.line().get("body").stringValue());
    }
  }
}
