package io.millrace.architecture;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which code of others core calls between taking a lock and giving it back, as far as bytecode tells: it follows
 * calls within core, to all implementations, and lambdas where they are made, but no methods of the JDK.
 */
final class LockedCalls {
  private static final String CORE = "io/millrace/";

  private static final Set<String> LOCKS =
      Set.of(
          "io/millrace/base/ShortLock",
          "java/util/concurrent/locks/Lock",
          "java/util/concurrent/locks/ReentrantLock");

  private static final Set<String> TAKING = Set.of("lock", "lockInside", "lockInterruptibly");

  /** Types whose every method is somebody else's code. */
  private static final Set<String> FOREIGN =
      Set.of(
          "java/lang/Runnable",
          "java/lang/Iterable",
          "java/util/Iterator",
          "java/util/concurrent/Callable",
          "java/util/concurrent/Executor",
          "java/util/concurrent/ThreadFactory",
          "java/util/concurrent/Flow$Publisher",
          "java/util/concurrent/Flow$Subscriber",
          "java/util/concurrent/Flow$Subscription",
          "java/lang/AutoCloseable",
          "io/millrace/time/TimeSource",
          "io/millrace/time/TimeSource$Timer",
          "io/millrace/time/TimeSource$Wait",
          "io/millrace/plan/Action",
          "io/millrace/plan/ContextCarrier",
          "io/millrace/plan/ProgressListener",
          "io/millrace/plan/ServerWait");

  /** What they have that is not theirs. */
  private static final Set<String> HARMLESS = Set.of("getClass", "system");

  /** Tables, which ask their keys for hash and equality. */
  private static final Set<String> TABLES =
      Set.of(
          "java/util/Map",
          "java/util/HashMap",
          "java/util/LinkedHashMap",
          "java/util/HashSet",
          "java/util/LinkedHashSet",
          "java/util/concurrent/ConcurrentHashMap",
          "java/util/concurrent/ConcurrentMap");

  private static final Set<String> LOOKUPS =
      Set.of(
          "get",
          "put",
          "remove",
          "add",
          "contains",
          "containsKey",
          "compute",
          "computeIfAbsent",
          "computeIfPresent",
          "getOrDefault",
          "merge",
          "putIfAbsent");

  /** Methods of a future that run what depends on it. */
  private static final Set<String> ENDS = Set.of("cancel", "complete", "completeExceptionally");

  private static final Set<String> OBJECT = Set.of("hashCode", "equals", "toString");

  private final Map<String, MethodModel> methods = new HashMap<>();
  private final Map<String, List<String>> subtypes = new HashMap<>();
  private final Map<String, List<String>> supertypes = new HashMap<>();
  private final Set<String> locking = new HashSet<>();

  /** Reads a directory of classes, or a jar. */
  LockedCalls(Path classes) throws IOException {
    if (Files.isDirectory(classes)) {
      readAll(classes);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(classes)) {
        readAll(jar.getPath("/"));
      }
    }
  }

  private void readAll(Path classes) throws IOException {
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        read(ClassFile.of().parse(Files.readAllBytes(file)));
      }
    }
  }

  private void read(ClassModel model) {
    String name = model.thisClass().asInternalName();
    List<String> above = new ArrayList<>();
    model.superclass().ifPresent(type -> above.add(type.asInternalName()));
    model.interfaces().forEach(type -> above.add(type.asInternalName()));
    supertypes.put(name, above);
    above.forEach(type -> subtypes.computeIfAbsent(type, one -> new ArrayList<>()).add(name));
    for (MethodModel method : model.methods()) {
      methods.put(key(name, method), method);
      if (method.methodName().equalsString("lock") && method.methodType().equalsString("()V")) {
        locking.add(name);
      }
    }
  }

  private static String key(String type, MethodModel method) {
    return type + "." + method.methodName() + method.methodType();
  }

  /** Where {@code synchronized} stands, as class and method. */
  Set<String> monitors() {
    Set<String> found = new TreeSet<>();
    methods.forEach(
        (key, method) -> {
          if (hasMonitor(method)) {
            found.add(shortName(key));
          }
        });
    return found;
  }

  /** Calls of foreign code under a lock: where the lock is taken, and what is called in the end. */
  Set<String> foreignCalls() {
    Set<String> found = new TreeSet<>();
    methods.forEach(
        (key, method) -> {
          for (Call call : lockedCalls(method)) {
            foreignIn(call).forEach(foreign -> found.add(shortName(key) + " -> " + foreign));
          }
        });
    return found;
  }

  /** Monitors that are entered under a lock which is none: where the lock is taken, and where the monitor is. */
  Set<String> monitorsUnderLocks() {
    Set<String> found = new TreeSet<>();
    methods.forEach(
        (key, method) -> {
          for (Call call : callsUnderLocks(method)) {
            reached(call).stream()
                .filter(target -> hasMonitor(methods.get(target)))
                .forEach(target -> found.add(shortName(key) + " -> " + shortName(target)));
          }
        });
    return found;
  }

  private boolean hasMonitor(MethodModel method) {
    return isSynchronized(method) || elements(method).stream().anyMatch(this::isMonitorEnter);
  }

  private List<Call> callsUnderLocks(MethodModel method) {
    List<Call> calls = new ArrayList<>();
    boolean locked = false;
    boolean lockedBefore = false; // the last unlock
    for (CodeElement element : elements(method)) {
      for (Call call : Call.in(element)) {
        if (isLock(call)) {
          locked = true;
        } else if (isUnlock(call)) {
          lockedBefore = locked;
          locked = false;
        } else if (locked) {
          calls.add(call);
        }
      }
      if (element instanceof ReturnInstruction) {
        locked = lockedBefore; // what follows is reached from before: an early return
      }
    }
    return calls;
  }

  /** The methods of core that a call leads to while the lock is held. */
  private Set<String> reached(Call first) {
    Set<String> seen = new HashSet<>();
    Deque<Call> open = new ArrayDeque<>(List.of(first));
    while (!open.isEmpty()) {
      for (String target : targets(open.pop())) {
        if (seen.add(target)) {
          open.addAll(heldCalls(methods.get(target)));
        }
      }
    }
    return seen;
  }

  private List<Call> lockedCalls(MethodModel method) {
    List<Call> calls = new ArrayList<>();
    boolean always = isSynchronized(method);
    boolean locked = always;
    for (CodeElement element : elements(method)) {
      if (element instanceof MonitorInstruction monitor) {
        locked = always || monitor.opcode() == Opcode.MONITORENTER;
      }
      for (Call call : Call.in(element)) {
        if (isLock(call)) {
          locked = true;
        } else if (isUnlock(call)) {
          locked = always;
        } else if (locked) {
          calls.add(call);
        }
      }
    }
    return calls;
  }

  private boolean isLock(Call call) {
    String name = call.name();
    return isLockType(call) && TAKING.contains(name);
  }

  private boolean isUnlock(Call call) {
    String name = call.name();
    return isLockType(call) && (name.equals("unlock") || name.equals("release"));
  }

  private boolean isLockType(Call call) {
    String owner = call.owner();
    return LOCKS.contains(owner) || locking.contains(owner);
  }

  /** The foreign code that a call leads to, through as much of core as it takes. */
  private Set<String> foreignIn(Call first) {
    Set<String> foreign = new TreeSet<>();
    Set<String> seen = new HashSet<>();
    Deque<Call> open = new ArrayDeque<>(List.of(first));
    while (!open.isEmpty()) {
      Call call = open.pop();
      if (isForeign(call)) {
        foreign.add(shortName(call.owner() + "." + call.name()));
      } else {
        for (String target : targets(call)) {
          if (seen.add(target)) {
            open.addAll(heldCalls(methods.get(target)));
          }
        }
      }
    }
    return foreign;
  }

  /* A method that gives its caller's lock back may then call whom it likes. */
  private List<Call> heldCalls(MethodModel method) {
    List<Call> calls = new ArrayList<>();
    boolean held = true;
    int own = 0;
    for (CodeElement element : elements(method)) {
      for (Call call : Call.in(element)) {
        if (isLock(call)) {
          own++;
          held = true;
        } else if (isUnlock(call)) {
          own--;
          held = own >= 0;
        } else if (held) {
          calls.add(call);
        }
      }
    }
    return calls;
  }

  private boolean isForeign(Call call) {
    String owner = call.owner();
    String name = call.name();
    return (FOREIGN.contains(owner) && !HARMLESS.contains(name))
        || owner.startsWith("java/util/function/")
        || (TABLES.contains(owner) && LOOKUPS.contains(name))
        || (owner.endsWith("CompletableFuture") && ENDS.contains(name))
        || (owner.equals("java/lang/Thread") && (name.equals("interrupt") || name.equals("start")))
        || (owner.equals("java/lang/Object") && OBJECT.contains(name));
  }

  private Set<String> targets(Call call) {
    Set<String> found = new HashSet<>();
    String owner = call.owner();
    if (owner.startsWith(CORE) && !LOCKS.contains(owner)) {
      String member = "." + call.name() + call.type();
      above(owner, member, found);
      below(owner, member, found);
    }
    return found;
  }

  private void above(String type, String member, Set<String> found) {
    if (methods.containsKey(type + member)) {
      found.add(type + member);
    } else {
      supertypes.getOrDefault(type, List.of()).forEach(one -> above(one, member, found));
    }
  }

  private void below(String type, String member, Set<String> found) {
    for (String one : subtypes.getOrDefault(type, List.of())) {
      if (methods.containsKey(one + member)) {
        found.add(one + member);
      }
      below(one, member, found);
    }
  }

  private static List<CodeElement> elements(MethodModel method) {
    return method.code().map(code -> code.elementList()).orElse(List.of());
  }

  private boolean isMonitorEnter(CodeElement element) {
    return element instanceof MonitorInstruction monitor && monitor.opcode() == Opcode.MONITORENTER;
  }

  private static boolean isSynchronized(MethodModel method) {
    return method.flags().has(AccessFlag.SYNCHRONIZED);
  }

  private static String shortName(String key) {
    int end = key.indexOf('(');
    return (end < 0 ? key : key.substring(0, end)).replace(CORE, "").replace('/', '.');
  }

  /**
   * One call, or a lambda that may be called.
   *
   * @param owner the type's internal name
   * @param name the method
   * @param type its descriptor
   */
  private record Call(String owner, String name, String type) {

    static List<Call> in(CodeElement element) {
      return switch (element) {
        case InvokeInstruction call ->
            List.of(
                new Call(
                    call.owner().asInternalName(),
                    call.name().stringValue(),
                    call.type().stringValue()));
        case InvokeDynamicInstruction lambda ->
            lambda.bootstrapArgs().stream()
                .filter(DirectMethodHandleDesc.class::isInstance)
                .map(DirectMethodHandleDesc.class::cast)
                .map(Call::of)
                .toList();
        default -> List.of();
      };
    }

    private static Call of(DirectMethodHandleDesc handle) {
      String owner = handle.owner().descriptorString();
      return new Call(
          owner.substring(1, owner.length() - 1), handle.methodName(), handle.lookupDescriptor());
    }
  }
}
