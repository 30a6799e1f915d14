package io.millrace.checkpoint.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.checkpoint.Codec;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

class JsonCodecTest {
  record Answer(String text, List<Integer> scores, Instant at, Optional<URI> source) {}

  private static final Answer ANSWER =
      new Answer("é\n", List.of(1, 2), Instant.parse("2026-11-28T03:22:17.5Z"), Optional.empty());

  @Test
  @DisplayName("values of the given type come back equal")
  void roundTrip() throws Exception {
    assertEquals(ANSWER, again(JsonCodec.of(Answer.class), ANSWER));
    assertEquals(7L, again(JsonCodec.of(Long.class), 7L));
    assertEquals("", again(JsonCodec.of(String.class), ""));
    assertEquals(
        Map.of("a", List.of(ANSWER)),
        again(
            JsonCodec.of(new TypeReference<Map<String, List<Answer>>>() {}),
            Map.of("a", List.of(ANSWER))));
  }

  private static <R> R again(Codec<R> codec, R value) throws Exception {
    return codec.decode(codec.encode(value));
  }

  @Test
  @DisplayName("A91: what cannot be encoded, and bytes that are no such value, are errors")
  void errors() {
    JsonCodec<Object> any = JsonCodec.of(Object.class);
    Object knot = new Object[] {null};
    ((Object[]) knot)[0] = knot;
    assertThrows(JacksonException.class, () -> any.encode(knot));
    assertThrows(
        JacksonException.class, () -> JsonCodec.of(Answer.class).decode(new byte[] {'[', '1'}));
    assertThrows(JacksonException.class, () -> JsonCodec.of(Long.class).decode("7 8".getBytes()));
    assertThrows(NullPointerException.class, () -> JsonCodec.of((Class<Answer>) null));
  }

  @Test
  @DisplayName("no name of a field is kept when its value was read")
  void namesAreNotKept() throws Exception {
    JsonCodec<Map<String, Integer>> codec = JsonCodec.of(new TypeReference<>() {});
    byte[] bytes = codec.encode(Map.of("name", 1));
    assertNotSame(
        codec.decode(bytes).keySet().iterator().next(),
        codec.decode(bytes).keySet().iterator().next());
  }

  @Test
  @DisplayName("stored data cannot choose which classes are created")
  void typesAreGiven() {
    String other = "{\"@class\": \"java.io.File\", \"text\": \"x\"}";
    Answer read = JsonCodec.of(Answer.class).decode(other.getBytes());
    assertEquals("x", read.text());
    assertEquals(
        "JSON of io.millrace.checkpoint.json.JsonCodecTest$Answer",
        JsonCodec.of(Answer.class).toString());
  }
}
