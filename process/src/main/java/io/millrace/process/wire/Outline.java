package io.millrace.process.wire;

import static java.io.ObjectStreamConstants.*;

import io.millrace.process.wire.StreamClass.Field;
import java.lang.invoke.SerializedLambda;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a serial form holds, found by its grammar before the JDK reads it: no object is made, and no code
 * of its classes runs. It refuses what reading could not end by itself, or what is not allowed. Used by
 * one thread.
 *
 * <p>The grammar is that of the Java Object Serialization Specification, section 6.4.
 */
final class Outline {
  /* Beside the fields of an object: its header, and its place in the table of the reader. */
  private static final long OBJECT_BYTES = 48;

  /* What the reader keeps of a class, and of each of its fields. */
  private static final long CLASS_BYTES = 1000;
  private static final long FIELD_BYTES = 200;

  private final ByteBuffer in;
  private final Classes classes;
  private final int mostDepth;
  private final Budget budget;

  private final Handles handles = new Handles();
  private int depth;

  private Outline(byte[] bytes, Classes classes, int mostDepth, Budget budget) {
    in = ByteBuffer.wrap(bytes);
    this.classes = classes;
    this.mostDepth = mostDepth;
    this.budget = budget;
  }

  /**
   * Looks through a message.
   *
   * @throws Unreadable if it must not be read
   */
  static Outline of(byte[] bytes, Classes classes, int mostDepth, Budget budget) throws Unreadable {
    Outline outline = new Outline(bytes, classes, mostDepth, budget);
    try {
      if (outline.in.getShort() != STREAM_MAGIC || outline.in.getShort() != STREAM_VERSION) {
        throw malformed("it begins with something else");
      }
      outline.content();
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw malformed("it is cut off");
    }
    if (outline.in.hasRemaining()) {
      throw malformed("there is more after its end");
    }
    return outline;
  }

  private static Unreadable malformed(String how) {
    return new Unreadable("is no serial form: " + how);
  }

  /** Whether a reference ends at this position. */
  boolean refersAt(long position) {
    return handles.refersAt(position);
  }

  private Node content() throws Unreadable {
    byte tag = in.get();
    if (tag == TC_NULL) {
      return Node.NULL;
    }
    if (tag == TC_REFERENCE) {
      return reference() instanceof Node node ? node : otherwise(tag);
    }
    enter();
    budget.take(OBJECT_BYTES);
    Node node = handles.kept(contents(tag));
    if (!node.isLeaf()) {
      budget.take(node.keptBytes());
    }
    return node;
  }

  private Node contents(byte tag) throws Unreadable {
    Node node =
        switch (tag) {
          case TC_STRING -> text(in.getShort() & 0xFFFF);
          case TC_LONGSTRING -> text(in.getLong());
          case TC_ARRAY -> array();
          case TC_ENUM -> constant();
          case TC_CLASS -> handles.add(Node.leaf(described().type()));
          case TC_OBJECT -> object();
          default -> otherwise(tag);
        };
    depth--;
    return node;
  }

  private void enter() throws Unreadable {
    if (++depth > mostDepth) {
      throw new Unreadable(Gatekeeper.tooDeep(mostDepth));
    }
    if ((handles.size() & 0xFF) == 0) {
      budget.check();
    }
  }

  private static Node otherwise(byte tag) throws Unreadable {
    throw malformed("it holds the code " + tag + " where an object should be");
  }

  private Object reference() throws Unreadable {
    int handle = in.getInt() - baseWireHandle;
    Object known = handles.refer(handle, in.position());
    if (known == null) {
      throw malformed("it refers to what it does not hold");
    }
    return known;
  }

  private Node text(long bytes) throws Unreadable {
    skip(bytes);
    budget.take(2 * bytes);
    return bytes < Node.LETTERS ? handles.addLeaf(String.class) : handles.add(Node.text(bytes));
  }

  private void skip(long bytes) throws Unreadable {
    if (bytes < 0 || bytes > in.remaining()) {
      throw new Unreadable("claims to be larger than it is");
    }
    in.position(in.position() + (int) bytes);
  }

  private Node constant() throws Unreadable {
    StreamClass type = described();
    if (!type.type().isEnum()) {
      throw malformed("a constant of " + type.type().getName() + ", which is no enum");
    }
    Node node = handles.add(new Node(type.type()));
    if (in.get() != TC_STRING) {
      throw malformed("a constant without a name");
    }
    text(in.getShort() & 0xFFFF);
    node.complete();
    return node;
  }

  private Node array() throws Unreadable {
    Class<?> element = described().type().componentType();
    if (element == null) {
      throw malformed("an array of a class that is none");
    }
    int length = in.getInt();
    Node node = handles.add(new Node(element.arrayType()));
    if (element.isPrimitive()) {
      long bytes = (long) length * new Field(element.descriptorString().charAt(0), "").bytes();
      skip(length < 0 ? -1 : bytes);
      node.addBytes(bytes);
    } else if (length < 0 || length > in.remaining()) {
      throw new Unreadable("claims to be larger than it is");
    }
    for (int i = 0; i < length && !element.isPrimitive(); i++) {
      node.add(content());
    }
    node.complete();
    return node;
  }

  private Node object() throws Unreadable {
    StreamClass described = described();
    if (described.type().isEnum() || described.type().isArray() || described.isAmbiguous()) {
      throw malformed("an object of " + described.type().getName() + " in a strange form");
    }
    budget.take(Footprint.of(described.type()));
    Node node = handles.add(new Node(described.type()));
    for (StreamClass each : described.lineage()) {
      if (each.isAmbiguous()) {
        throw malformed("an object of " + each.type().getName() + " in a strange form");
      }
      Immutable.Kind immutable = Immutable.Kind.NONE;
      if (each.isSerializable()) {
        immutable = fields(each, node);
      }
      if (each.isExternalizable() || (each.isSerializable() && each.has(SC_WRITE_METHOD))) {
        written(node, immutable);
      }
    }
    node.complete();
    return node;
  }

  private Immutable.Kind fields(StreamClass described, Node node) throws Unreadable {
    Immutable.Kind immutable = Immutable.Kind.NONE;
    for (Field field : described.fields()) {
      if (field.isObject()) {
        continue;
      }
      if (described.type().getName().equals(Immutable.SERIAL_FORM)) {
        immutable = Immutable.Kind.of(in.getInt(in.position()));
      }
      skip(field.bytes());
    }
    for (Field field : described.fields()) {
      if (field.isObject()) {
        Node child = child(node);
        checkLambda(described, field, child);
        node.add(child);
      }
    }
    return immutable;
  }

  private Node child(Node owner) throws Unreadable {
    boolean again = in.get(in.position()) == TC_REFERENCE;
    Node child = content();
    if (again) {
      budget.take(owner.copiedBytes(child));
    }
    return child;
  }

  /* The class that has written a lambda makes it here: by its own code. */
  private void checkLambda(StreamClass described, Field field, Node child) throws Unreadable {
    if (described.type() == SerializedLambda.class
        && field.name().equals("capturingClass")
        && child.type() != null
        && !classes.lists(child.type())) {
      throw new Unreadable("holds a lambda of " + Gatekeeper.notAllowed(child.type().getName()));
    }
  }

  /* What a class has written by its own code. */
  private void written(Node node, Immutable.Kind immutable) throws Unreadable {
    while (true) {
      byte tag = in.get();
      switch (tag) {
        case TC_BLOCKDATA -> skip(in.get() & 0xFF);
        case TC_BLOCKDATALONG -> skip(in.getInt());
        case TC_ENDBLOCKDATA -> {
          return;
        }
        default -> {
          in.position(in.position() - 1);
          budget.take(node.entryBytes());
          node.addWritten(child(node), immutable);
        }
      }
    }
  }

  private StreamClass described() throws Unreadable {
    StreamClass described = describedOrNull();
    return described != null ? described : missing();
  }

  private static StreamClass missing() throws Unreadable {
    throw malformed("an object without a class");
  }

  private @Nullable StreamClass describedOrNull() throws Unreadable {
    byte tag = in.get();
    return switch (tag) {
      case TC_NULL -> null;
      case TC_REFERENCE -> reference() instanceof StreamClass described ? described : missing();
      case TC_CLASSDESC -> describe();
      default -> throw malformed("it holds the code " + tag + " where a class should be");
    };
  }

  private StreamClass describe() throws Unreadable {
    String name = name();
    skip(Long.BYTES); // its version: the JDK compares it
    int handle = handles.add("a class that is being described");
    Class<?> type = classes.find(name);
    budget.take(CLASS_BYTES);
    int flags = in.get();
    List<Field> fields = new ArrayList<>();
    for (int left = in.getShort(); left > 0; left--) {
      Field field = new Field((char) in.get(), name());
      fields.add(field);
      budget.take(FIELD_BYTES);
      if (field.isObject()) {
        typeName();
      } else {
        var _ = field.bytes();
      }
    }
    if (in.get() != TC_ENDBLOCKDATA) {
      throw malformed("a class with something beside it");
    }
    enter();
    StreamClass described = new StreamClass(type, flags, List.copyOf(fields), describedOrNull());
    depth--;
    handles.replace(handle, described);
    return described;
  }

  private String name() throws Unreadable {
    int length = in.getShort() & 0xFFFF;
    int start = in.position();
    skip(length);
    budget.take(length);
    return new String(in.array(), start, length, StandardCharsets.UTF_8);
  }

  /* The type of a field, which the JDK does not need to know here. */
  private void typeName() throws Unreadable {
    byte tag = in.get();
    switch (tag) {
      case TC_STRING -> text(in.getShort() & 0xFFFF);
      case TC_REFERENCE -> reference();
      default -> otherwise(tag);
    }
  }
}
