package io.millrace.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;

class JsonObjectTest {
  @DisplayName("H2: no name of a field is kept when its line was read")
  @Test
  void namesAreNotKept() throws Exception {
    String first = JsonObject.parse("{\"name\": 1}").fields().keySet().iterator().next();
    String second = JsonObject.parse("{\"name\": 1}").fields().keySet().iterator().next();
    assertEquals(first, second);
    assertNotSame(first, second);
    assertFalse(
        JsonObject.factory().isEnabled(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES));
    byte[] bytes = "{\"name\": 1}".getBytes();
    assertNotSame(name(bytes), name(bytes));
  }

  private static String name(byte[] bytes) {
    try (JsonParser parser =
        JsonObject.factoryForBytes().createParser(ObjectReadContext.empty(), bytes)) {
      parser.nextToken();
      return parser.nextName();
    }
  }
}
