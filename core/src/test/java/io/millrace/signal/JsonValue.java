package io.millrace.signal;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads well-formed JSON, for tests: maps, lists, strings, booleans, {@link Long}s and {@link BigDecimal}s. */
final class JsonValue {
  private final String text;
  private int at;

  private JsonValue(String text) {
    this.text = text;
  }

  static Object read(String text) {
    return new JsonValue(text).value();
  }

  private Object value() {
    char first = peek();
    return switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      default -> number();
    };
  }

  private char peek() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.charAt(at);
  }

  private boolean accept(char expected) {
    boolean isThere = peek() == expected;
    at += isThere ? 1 : 0;
    return isThere;
  }

  private void require(char expected) {
    if (!accept(expected)) {
      throw new IllegalArgumentException("no " + expected + " at " + at);
    }
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    require('{');
    while (!accept('}')) {
      peek();
      String name = string();
      require(':');
      members.put(name, value());
      accept(',');
    }
    return members;
  }

  private List<Object> array() {
    List<Object> elements = new ArrayList<>();
    require('[');
    while (!accept(']')) {
      elements.add(value());
      accept(',');
    }
    return elements;
  }

  private String string() {
    StringBuilder read = new StringBuilder();
    at++;
    while (text.charAt(at) != '"') {
      char next = text.charAt(at++);
      read.append(next == '\\' ? escaped() : next);
    }
    at++;
    return read.toString();
  }

  private char escaped() {
    char kind = text.charAt(at++);
    return switch (kind) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> (char) Integer.parseInt(text, at, at += 4, 16);
      default -> kind;
    };
  }

  private Object literal(String name, boolean value) {
    at += name.length();
    return value;
  }

  private Object number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(start, at);
    return digits.matches("-?\\d+") ? (Object) Long.valueOf(digits) : new BigDecimal(digits);
  }
}
