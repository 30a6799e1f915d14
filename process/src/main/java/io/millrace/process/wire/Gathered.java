package io.millrace.process.wire;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The serial form of a {@code ConcurrentHashMap}: its entries, which are put one by one when it is read.
 * The JDK's own form is read into a table in a single step.
 */
final class Gathered implements Serializable {
  private static final long serialVersionUID = 1;

  private transient ConcurrentHashMap<Object, Object> map;

  Gathered(ConcurrentHashMap<Object, Object> map) {
    this.map = map;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    for (Map.Entry<Object, Object> entry : map.entrySet()) {
      out.writeObject(entry.getKey());
      out.writeObject(entry.getValue());
    }
    out.writeObject(null);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    map = new ConcurrentHashMap<>();
    for (Object key = in.readObject(); key != null; key = in.readObject()) {
      map.put(key, in.readObject());
    }
  }

  private Object readResolve() {
    return map;
  }
}
