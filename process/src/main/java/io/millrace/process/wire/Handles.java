package io.millrace.process.wire;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What later parts of a message may refer to by number: nodes, and described classes. Used by one thread. */
final class Handles {
  private final List<Object> all = new ArrayList<>();

  /* Most objects have no contents: one node of each class stands for all of those. */
  private final Map<Class<?>, Node> leaves = new HashMap<>();

  /* Where references end. */
  private final BitSet references = new BitSet();

  int size() {
    return all.size();
  }

  /** Gives it the next number. */
  int add(Object object) {
    all.add(object);
    return all.size() - 1;
  }

  Node add(Node node) {
    node.handle(all.size());
    all.add(node);
    return node;
  }

  Node addLeaf(Class<?> type) {
    Node leaf = leaf(type);
    all.add(leaf);
    return leaf;
  }

  void replace(int handle, Object object) {
    all.set(handle, object);
  }

  /** A node that is complete: itself, or the one that stands for all like it. */
  Node kept(Node node) {
    Class<?> type = node.type();
    if (type == null || !node.isLeaf()) {
      return node;
    }
    Node leaf = leaf(type);
    if (node != leaf) {
      all.set(node.handle(), leaf);
    }
    return leaf;
  }

  private Node leaf(Class<?> type) {
    return leaves.computeIfAbsent(type, Node::leaf);
  }

  /** What has that number, or null if nothing has; the reference ends at a position. */
  @Nullable Object refer(int handle, int position) {
    if (handle < 0 || handle >= all.size()) {
      return null;
    }
    references.set(position);
    return all.get(handle);
  }

  boolean refersAt(long position) {
    return position <= Integer.MAX_VALUE && references.get((int) position);
  }
}
