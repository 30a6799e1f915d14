package io.millrace.signal;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parses structured fields of HTTP (RFC 9651). A value is a {@link Long}, {@link BigDecimal}, {@link String},
 * {@link Token}, {@link Bytes}, {@link Boolean}, {@link Instant} or {@link DisplayString}.
 */
final class StructuredField {
  private static final int MOST_INTEGER_DIGITS = 15;
  private static final int MOST_WHOLE_DIGITS = 12;
  private static final int MOST_FRACTION_DIGITS = 3;
  private static final int END = -1;

  private final String text;
  private int at;

  record Token(String value) {}

  record DisplayString(String value) {}

  record Bytes(List<Byte> value) {}

  /** A value with parameters; that of an inner list is a list of such members. */
  record Member(Object value, Map<String, Object> parameters) {}

  private StructuredField(String text) {
    this.text = text;
  }

  /** The members of a list; empty if it is malformed. */
  static Optional<List<Member>> list(String text) {
    return parse(text, StructuredField::list);
  }

  /** The members of a dictionary; empty if it is malformed. */
  static Optional<Map<String, Member>> dictionary(String text) {
    return parse(text, StructuredField::dictionary);
  }

  /** An item; empty if it is malformed. */
  static Optional<Member> item(String text) {
    return parse(text, StructuredField::item);
  }

  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed() {
      super(null, null, false, false);
    }
  }

  private interface Rule<V> {
    V apply(StructuredField field) throws Malformed;
  }

  private static <V> Optional<V> parse(String text, Rule<V> rule) {
    StructuredField field = new StructuredField(text);
    try {
      field.skipSpaces();
      V parsed = rule.apply(field);
      field.skipSpaces();
      return field.peek() == END ? Optional.of(parsed) : Optional.empty();
    } catch (Malformed malformed) {
      return Optional.empty();
    }
  }

  // Lists and dictionaries

  private List<Member> list() throws Malformed {
    List<Member> members = new ArrayList<>();
    while (peek() != END) {
      members.add(member());
      if (!comma()) {
        break;
      }
    }
    return members;
  }

  private Map<String, Member> dictionary() throws Malformed {
    Map<String, Member> members = new LinkedHashMap<>();
    while (peek() != END) {
      String key = key();
      members.put(key, accept('=') ? member() : new Member(true, parameters()));
      if (!comma()) {
        break;
      }
    }
    return members;
  }

  /* Whether another member follows. */
  private boolean comma() throws Malformed {
    skipOptionalSpaces();
    if (peek() == END) {
      return false;
    }
    require(',');
    skipOptionalSpaces();
    demand(peek() != END);
    return true;
  }

  private Member member() throws Malformed {
    return peek() == '(' ? innerList() : item();
  }

  private Member innerList() throws Malformed {
    require('(');
    List<Member> members = new ArrayList<>();
    while (true) {
      skipSpaces();
      if (accept(')')) {
        return new Member(List.copyOf(members), parameters());
      }
      members.add(item());
      demand(peek() == ' ' || peek() == ')');
    }
  }

  // Items

  private Member item() throws Malformed {
    return new Member(bareItem(), parameters());
  }

  private Map<String, Object> parameters() throws Malformed {
    Map<String, Object> parameters = new LinkedHashMap<>();
    while (accept(';')) {
      skipSpaces();
      String key = key();
      parameters.put(key, accept('=') ? bareItem() : (Object) true);
    }
    return parameters;
  }

  private String key() throws Malformed {
    int start = at;
    demand(isLower(peek()) || peek() == '*');
    while (isLower(peek()) || isDigit(peek()) || isOneOf("_-.*", peek())) {
      at++;
    }
    return text.substring(start, at);
  }

  private Object bareItem() throws Malformed {
    int first = peek();
    return switch (first) {
      case '"' -> string();
      case '?' -> bool();
      case ':' -> bytes();
      case '@' -> date();
      case '%' -> displayString();
      default -> isDigit(first) || first == '-' ? number() : token();
    };
  }

  private Object number() throws Malformed {
    int start = at;
    accept('-');
    int whole = digits();
    demand(whole > 0);
    if (peek() != '.') {
      demand(whole <= MOST_INTEGER_DIGITS);
      return Long.valueOf(text.substring(start, at));
    }
    at++;
    int fraction = digits();
    demand(whole <= MOST_WHOLE_DIGITS && fraction > 0 && fraction <= MOST_FRACTION_DIGITS);
    return new BigDecimal(text.substring(start, at));
  }

  private int digits() {
    int start = at;
    while (isDigit(peek())) {
      at++;
    }
    return at - start;
  }

  private String string() throws Malformed {
    require('"');
    StringBuilder string = new StringBuilder();
    while (!accept('"')) {
      int next = next();
      demand(next >= ' ' && next <= '~');
      if (next == '\\') {
        next = next();
        demand(next == '"' || next == '\\');
      }
      string.append((char) next);
    }
    return string.toString();
  }

  private Token token() throws Malformed {
    int start = at;
    demand(isLetter(peek()) || peek() == '*');
    while (isLetter(peek()) || isDigit(peek()) || isOneOf("!#$%&'*+-.^_`|~:/", peek())) {
      at++;
    }
    return new Token(text.substring(start, at));
  }

  private Bytes bytes() throws Malformed {
    require(':');
    int end = text.indexOf(':', at);
    demand(end >= 0);
    String encoded = text.substring(at, end);
    at = end + 1;
    try {
      List<Byte> bytes = new ArrayList<>();
      for (byte decoded : Base64.getDecoder().decode(encoded)) {
        bytes.add(decoded);
      }
      return new Bytes(List.copyOf(bytes));
    } catch (IllegalArgumentException notBase64) {
      throw new Malformed();
    }
  }

  private Boolean bool() throws Malformed {
    require('?');
    int next = next();
    demand(next == '0' || next == '1');
    return next == '1';
  }

  private Instant date() throws Malformed {
    require('@');
    if (!(number() instanceof Long seconds)) {
      throw new Malformed();
    }
    try {
      return Instant.ofEpochSecond(seconds);
    } catch (DateTimeException tooFar) {
      throw new Malformed();
    }
  }

  private DisplayString displayString() throws Malformed {
    require('%');
    require('"');
    // no more than it can have: there may be thousands in one field
    int end = text.indexOf('"', at);
    demand(end >= 0);
    ByteBuffer bytes = ByteBuffer.allocate(end - at);
    while (!accept('"')) {
      int next = next();
      demand(next >= ' ' && next <= '~');
      bytes.put((byte) (next == '%' ? 16 * hexDigit() + hexDigit() : next));
    }
    try {
      return new DisplayString(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException notUtf8) {
      throw new Malformed();
    }
  }

  private int hexDigit() throws Malformed {
    int digit = next();
    demand(isDigit(digit) || (digit >= 'a' && digit <= 'f'));
    return HexFormat.fromHexDigit(digit);
  }

  // Characters

  private int peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private int next() throws Malformed {
    demand(at < text.length());
    return text.charAt(at++);
  }

  private boolean accept(char wanted) {
    boolean accepted = peek() == wanted;
    if (accepted) {
      at++;
    }
    return accepted;
  }

  private void require(char wanted) throws Malformed {
    demand(accept(wanted));
  }

  private static void demand(boolean holds) throws Malformed {
    if (!holds) {
      throw new Malformed();
    }
  }

  private void skipSpaces() {
    while (peek() == ' ') {
      at++;
    }
  }

  private void skipOptionalSpaces() {
    while (peek() == ' ' || peek() == '\t') {
      at++;
    }
  }

  private static boolean isOneOf(String allowed, int character) {
    return character != END && allowed.indexOf(character) >= 0;
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }

  private static boolean isLower(int character) {
    return character >= 'a' && character <= 'z';
  }

  private static boolean isLetter(int character) {
    return isLower(character) || (character >= 'A' && character <= 'Z');
  }
}
