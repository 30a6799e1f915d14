package io.millrace.process.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.URL;
import java.security.SignedObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {
  private static final AllowList NOTHING_MORE = Rules.VALUES_ONLY;

  private static AllowList listing(String... patterns) {
    return new AllowList(Set.of(patterns));
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        int.class,
        byte[].class,
        String.class,
        Integer[][].class,
        ArrayList.class,
        HashMap.class,
        Instant.class,
        URI.class,
        TimeUnit.class,
        IOException.class,
        StackTraceElement[].class
      })
  @DisplayName("AX3: values, enums and exceptions of the JDK need no permission")
  void valuesAreAllowed(Class<?> type) {
    assertTrue(NOTHING_MORE.allows(type));
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        URL.class,
        Proxy.class,
        File.class,
        SignedObject.class,
        AllowList.class,
        AllowList[].class,
        Frame.Kind.class,
        PriorityQueue.class,
        ConcurrentSkipListMap.class,
        Refusal.class
      })
  @DisplayName("AX3: everything else does")
  void othersAreNot(Class<?> type) {
    assertFalse(NOTHING_MORE.allows(type));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"javax.management.BadAttributeValueExpException", "java.util.logging.Level"})
  @DisplayName("AX3: exceptions and packages of other modules are not allowed by themselves")
  void otherModulesAreNot(String name) throws ClassNotFoundException {
    assertFalse(NOTHING_MORE.allows(Class.forName(name)));
  }

  @Test
  @DisplayName("AX3: a name allows one class, a star a package, two stars the packages below")
  void patternsMean() {
    assertTrue(listing("io.millrace.process.wire.Hello").allows(Hello.class));
    assertFalse(listing("io.millrace.process.wire.Hello").allows(Thrown.class));
    assertFalse(listing("io.millrace.process.wire.Hell").allows(Hello.class));
    assertTrue(listing("io.millrace.process.wire.*").allows(Hello[].class));
    assertFalse(listing("io.millrace.process.*").allows(Hello.class));
    assertFalse(listing("io.millrace.proc.**").allows(Hello.class));
    assertTrue(listing("io.millrace.**").allows(Hello.class));
    assertTrue(listing("io.millrace.process.wire.**").allows(Hello.class));
  }

  @Test
  @DisplayName("AX3: rules are the same on the other side")
  void rulesCross() {
    Rules rules = new Rules(listing("com.acme.Order", "com.acme.io.**"), 12_345, 67);
    assertEquals(rules, Rules.parse(rules.text()));
    Rules none = new Rules(NOTHING_MORE, 1, 2);
    assertEquals(none, Rules.parse(none.text()));
  }

  @Test
  @DisplayName("AX3: a pattern for everything is refused")
  void everythingIsNotAPattern() {
    for (String pattern : List.of("*", "**", "com.*.x", "com.acme.***", "com.acme*", "a\nb")) {
      assertThrows(IllegalArgumentException.class, () -> listing(pattern), pattern);
    }
  }
}
