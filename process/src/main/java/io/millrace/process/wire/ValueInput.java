package io.millrace.process.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import org.jspecify.annotations.Nullable;

/**
 * Makes the objects of a message that an {@link Outline} has looked through, and watches its budget
 * between them.
 */
final class ValueInput extends ObjectInputStream {
  private final Classes classes;
  private final Budget budget;

  ValueInput(byte[] bytes, Classes classes, Budget budget) throws IOException {
    super(new ByteArrayInputStream(bytes));
    this.classes = classes;
    this.budget = budget;
    enableResolveObject(true);
  }

  @Override
  protected ObjectStreamClass readClassDescriptor() throws IOException, ClassNotFoundException {
    ObjectStreamClass described = super.readClassDescriptor();
    return described.getName().equals(Immutable.SERIAL_FORM)
        ? ObjectStreamClass.lookup(Immutable.class)
        : described;
  }

  @Override
  protected Class<?> resolveClass(ObjectStreamClass described) throws IOException {
    if (described.getName().equals(Immutable.class.getName())) {
      return Immutable.class;
    }
    Class<?> known = classes.known(described.getName());
    if (known == null) {
      throw new Unreadable("can be read in more than one way");
    }
    return known;
  }

  @Override
  protected Class<?> resolveProxyClass(String[] interfaces) throws IOException {
    throw new Unreadable("holds a proxy, which is not allowed to cross");
  }

  @Override
  protected @Nullable Object resolveObject(@Nullable Object object) throws IOException {
    budget.check();
    return object;
  }
}
