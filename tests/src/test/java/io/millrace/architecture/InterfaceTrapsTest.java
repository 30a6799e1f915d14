package io.millrace.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a call of the public interface must not be able to get wrong, looked at in all public types. */
class InterfaceTrapsTest {
  /** Methods whose item or value has no type: they belong to policies and limits that serve every type. */
  private static final Set<String> UNTYPED =
      Set.of(
          "AnswerReader.read",
          "RateLimiter.acquireFor",
          "RateQueue.answered",
          "RateQueue.demand",
          "RateLimiter.pause",
          "RateQueue.settle",
          "RateLimiter.tryAcquireFor",
          "Cost.excess",
          "Cost.of",
          "Retry.mayRepeat",
          "Retry.isFatal",
          "Retry.isFatalResult",
          "Retry.rejects",
          "Retry.repeats",
          "Retry.serverWait",
          "ServerWait.of",
          "TaskOptions.fingerprint",
          "Wording.item",
          "Wording.pause");

  @Test
  @DisplayName(
      "L6: no public method has a boolean parameter, except those of the platform's interfaces")
  void noBooleans() {
    Set<String> found = new TreeSet<>();
    for (Executable each : members()) {
      boolean has = Stream.of(each.getParameterTypes()).anyMatch(type -> type == boolean.class);
      if (has && !isOfRecord(each) && !overridesThePlatform(each)) {
        found.add(each.toGenericString());
      }
    }
    assertEquals(Set.of(), found);
  }

  @Test
  @DisplayName("L6: no public method takes an Object where a type can be")
  void noObjects() {
    Set<String> found = new TreeSet<>();
    for (Executable each : members()) {
      boolean has = Arrays.<Type>asList(each.getGenericParameterTypes()).contains(Object.class);
      String name = each.getDeclaringClass().getSimpleName() + "." + each.getName();
      if (has && !isOfRecord(each) && !overridesThePlatform(each) && !UNTYPED.contains(name)) {
        found.add(each.toGenericString());
      }
    }
    found.removeIf(member -> member.contains("RejectedResultException("));
    assertEquals(Set.of(), found);
  }

  @Test
  @DisplayName("L6: no two overloads are ambiguous for a lambda")
  void noAmbiguousLambdas() {
    List<Method> methods =
        members().stream().filter(Method.class::isInstance).map(Method.class::cast).toList();
    Set<String> found = new TreeSet<>();
    for (Method one : methods) {
      for (Method other : methods) {
        boolean overloads =
            one.getDeclaringClass() == other.getDeclaringClass()
                && one.getName().equals(other.getName())
                && one.toGenericString().compareTo(other.toGenericString()) < 0;
        if (overloads && areAmbiguous(one, other)) {
          found.add(one.toGenericString() + "\n    " + other.toGenericString());
        }
      }
    }
    assertEquals("", String.join("\n", found));
  }

  /* Whether they differ only in functional interfaces whose lambdas have as many parameters, at least one: javac
  does not look into such a lambda before it has chosen. */
  private static boolean areAmbiguous(Method one, Method other) {
    Class<?>[] first = one.getParameterTypes();
    Class<?>[] second = other.getParameterTypes();
    if (first.length != second.length) {
      return false;
    }
    boolean ambiguous = false;
    for (int i = 0; i < first.length; i++) {
      if (first[i] != second[i]) {
        int arity = lambdaArity(first[i]);
        if (arity < 1 || arity != lambdaArity(second[i])) {
          return false;
        }
        ambiguous = true;
      }
    }
    return ambiguous;
  }

  /** How many parameters a lambda of this type has; -1 if there is none. */
  private static int lambdaArity(Class<?> type) {
    if (!type.isInterface()) {
      return -1;
    }
    List<Method> open =
        Stream.of(type.getMethods())
            .filter(method -> Modifier.isAbstract(method.getModifiers()))
            .filter(method -> !isOfObject(method))
            .toList();
    return open.size() == 1 ? open.getFirst().getParameterCount() : -1;
  }

  private static boolean isOfObject(Method method) {
    try {
      Object.class.getMethod(method.getName(), method.getParameterTypes());
      return true;
    } catch (NoSuchMethodException own) {
      return false;
    }
  }

  /* Whoever makes a record names its components, or has it from the library. */
  private static boolean isOfRecord(Executable member) {
    return member instanceof Constructor<?> && member.getDeclaringClass().isRecord();
  }

  private static boolean overridesThePlatform(Executable member) {
    return member instanceof Method
        && supertypes(member.getDeclaringClass())
            .filter(type -> type.getName().startsWith("java."))
            .anyMatch(type -> declares(type, (Method) member));
  }

  private static boolean declares(Class<?> type, Method method) {
    try {
      type.getDeclaredMethod(method.getName(), method.getParameterTypes());
      return true;
    } catch (NoSuchMethodException own) {
      return false;
    }
  }

  private static Stream<Class<?>> supertypes(Class<?> type) {
    Stream<Class<?>> direct =
        Stream.concat(Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()));
    return direct.flatMap(each -> Stream.concat(Stream.of(each), supertypes(each)));
  }

  private static List<Executable> members() {
    List<Executable> members = new ArrayList<>();
    for (Library library : Library.values()) {
      for (Class<?> type : library.types()) {
        Stream.concat(
                Stream.of(type.getDeclaredConstructors()), Stream.of(type.getDeclaredMethods()))
            .filter(member -> Modifier.isPublic(member.getModifiers()) && !member.isSynthetic())
            .forEach(members::add);
      }
    }
    assertTrue(members.size() > 500, "members: " + members.size());
    return members;
  }
}
