package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputLine.Malformed;
import io.millrace.cli.text.MalformedInputException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lines made by chance. A few in each build; {@code ./mvnw -pl cli -am verify -P fuzz} goes on for ten
 * minutes, or for {@code -Dfuzz.seconds}.
 */
class FuzzTest {
  private static final int LINES = 20_000;
  private static final OutputLine FORM = new OutputLine(Set.of("*"), Optional.empty(), false);

  @DisplayName("H4: no line costs more than itself, and what is made of it can be sent and written")
  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void noLineCostsMoreThanItself() {
    long seconds = Long.getLong("fuzz.seconds", 0);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long seed = seconds == 0 ? 1 : System.nanoTime();
    Random random = new Random(seed);
    LineMaker maker = new LineMaker(random, 80);
    for (long line = 0; line < LINES || System.nanoTime() < end; line++) {
      byte[] bytes = random.nextBoolean() ? maker.mutated() : maker.bytes();
      try {
        check(bytes, random);
      } catch (Throwable broken) {
        throw new AssertionError("seed " + seed + ": " + HexFormat.of().formatHex(bytes), broken);
      }
    }
  }

  private static void check(byte[] bytes, Random random) throws Exception {
    InputLine line =
        new LineParser(
                RequestForm.of(List.of()), Optional.empty(), Optional.empty(), Optional.empty())
            .parse(2, ByteBuffer.wrap(bytes), new LineHistory(0));
    switch (line) {
      case null -> {}
      case Malformed malformed ->
          assertFalse(malformed.problem().startsWith("it cannot be read"), malformed.problem());
      case Call call -> {
        checkUrl(call.request().url());
        checkMessage(call.request());
        checkRedirect(call.request(), random);
      }
      case WorkerLine never -> throw new AssertionError(never);
    }
    if (line != null) {
      checkAnswer(line, bytes);
    }
  }

  private static void checkUrl(Url url) throws MalformedInputException {
    String text = url.toString();
    assertTrue(text.chars().allMatch(each -> each > ' ' && each < 0x7f), text);
    assertEquals(text, Url.parse(text).toString());
    assertTrue(url.path().startsWith("/"), text);
    assertFalse((url.path() + "/").contains("/../"), text);
  }

  private static void checkMessage(Request request) {
    ClassicHttpRequest message;
    try {
      message = Route.to(request.url(), Optional.empty()).message(request);
    } catch (BodyFile.UnusableException unusable) {
      return;
    }
    assertEquals(request.url().target(), message.getRequestUri());
    for (var header : message.getHeaders()) {
      assertFalse((header.getName() + header.getValue()).matches("(?s).*[\r\n\u0000].*"));
    }
  }

  private static void checkRedirect(Request request, Random random) {
    byte[] bytes = new byte[random.nextInt(12)];
    random.nextBytes(bytes);
    String location = new String(bytes, StandardCharsets.ISO_8859_1);
    try {
      checkUrl(Redirect.next(request, 302, Optional.of(location)).url());
    } catch (MalformedInputException refused) {
      assertFalse(refused.problem().isEmpty());
    }
  }

  private static void checkAnswer(InputLine line, byte[] body) {
    Reply reply =
        new Reply(
            200,
            List.of(new Header("X", new String(body, StandardCharsets.ISO_8859_1))),
            new Content.Whole(ByteBuffer.wrap(body), Optional.empty()));
    LineResult result =
        new LineResult(line, LineResult.State.OK, Optional.of(reply), Optional.of("\ud83d\u0000"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FORM.write(result, out);
    String text = out.toString(StandardCharsets.UTF_8);
    assertEquals(text.length() - 1, text.indexOf('\n'), text);
    assertTrue(
        text.strip()
            .codePoints()
            .noneMatch(point -> point < ' ' || Character.getType(point) == Character.FORMAT),
        text);
    JsonMapper.shared().readTree(text);
  }
}
