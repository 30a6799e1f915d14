package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.plan.Triple;
import io.millrace.process.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.io.WriteAbortedException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.ClosedByInterruptException;
import java.security.PrivilegedActionException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What may cross between processes, and what becomes of that which may not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransferTest {
  private static final ThreadMXBean ALLOCATIONS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final ProcessPool pool =
      ProcessPool.open(Quiet.workers(1).maxMessage(1 << 20).maxDepth(50));
  private final ProcessPool allowing =
      ProcessPool.open(
          Quiet.workers(1).allow(Order.class, OrderException.class).allow("io.millrace.process.*"));

  /** The process is the same all the time: a refusal costs no worker. */
  private Long process;

  @AfterEach
  void theWorkerIsStillThere() throws Exception {
    long now = pool.call(() -> ProcessHandle.current().pid());
    if (process == null) {
      process = now;
    }
    assertEquals(process, now);
  }

  @AfterAll
  void close() {
    pool.close();
    allowing.close();
    Gone.assertNoChildren();
  }

  record Order(String name, List<Integer> lines) implements Serializable {}

  static final class OrderException extends RuntimeException {
    private static final long serialVersionUID = 1;
    final String order;

    OrderException(String order) {
      super("no such order: " + order);
      this.order = order;
    }
  }

  static final class UnwillingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings({"serial", "unused"})
    private final Object notSerializable = new Object();

    UnwillingException(Throwable cause) {
      super("not for export", cause);
    }
  }

  private static void assertCrosses(ProcessPool pool, Object value) throws Exception {
    Object back = pool.action(item -> item).apply(value);
    assertEquals(value, back);
  }

  @Test
  @DisplayName("AX3: values of the JDK cross in both directions without being allowed")
  void valuesCross() throws Exception {
    var enums = new EnumMap<DayOfWeek, Integer>(DayOfWeek.class);
    enums.put(DayOfWeek.MONDAY, 1);
    List<Object> values =
        List.of(
            1,
            2.5,
            'c',
            "text",
            true,
            new BigDecimal("1.10"),
            Instant.EPOCH,
            ZonedDateTime.parse("2026-01-01T00:00:00+01:00[Europe/Berlin]"),
            Duration.ofDays(1),
            URI.create("http://example.com"),
            UUID.randomUUID(),
            List.of(1, "two"),
            Set.of(3),
            Map.of("k", List.of(4)),
            new TreeMap<>(Map.of("k", "v")),
            new ConcurrentHashMap<>(Map.of("k", "v")),
            new ArrayList<>(Collections.nCopies(1000, null)),
            enums,
            Map.entry("a", 1).getKey(),
            new AbstractMap.SimpleImmutableEntry<>("a", 1),
            Collections.unmodifiableList(Arrays.asList(1, 2)),
            new Triple<>(1, "b", null));
    for (Object value : values) {
      assertCrosses(pool, value);
    }
  }

  @Test
  @DisplayName("AX3: null, arrays, and enums that are allowed cross as well")
  void nullArraysAndEnumsCross() throws Exception {
    assertNull(pool.action(item -> item).apply(null));
    assertNull(pool.call(() -> null));
    int[] numbers = {1, 2, 3};
    assertEquals(6, pool.action((int[] all) -> Arrays.stream(all).sum()).apply(numbers));
    assertEquals(
        "b", pool.action((String[][] all) -> all[0][1]).apply(new String[][] {{"a", "b"}}));
    assertEquals(Colour.GREEN, allowing.action((Colour c) -> c.next()).apply(Colour.RED));
  }

  enum Colour {
    RED {
      @Override
      Colour next() {
        return GREEN;
      }
    },
    GREEN;

    Colour next() {
      return RED;
    }
  }

  @Test
  @DisplayName(
      "AX3: a class that is not allowed fails its task, and the message says how to allow it")
  void whatIsNotAllowedIsRefused() {
    var order = new Order("a", List.of(1));
    var there =
        assertThrows(
            TransferException.class, () -> pool.action((Order o) -> o.name()).apply(order));
    var back =
        assertThrows(
            TransferException.class, () -> pool.action(n -> new Order("a", List.of())).apply(1));

    String allow =
        "ProcessOptions.allow(\"io.millrace.process.TransferTest$Order\") would allow it";
    assertAll(
        () -> assertTrue(there.getMessage().startsWith("the argument holds a "), there::getMessage),
        () -> assertTrue(there.getMessage().endsWith(allow), there::getMessage),
        () -> assertTrue(back.getMessage().startsWith("the result holds a "), back::getMessage),
        () -> assertTrue(back.getMessage().endsWith(allow), back::getMessage));
  }

  @Test
  @DisplayName("AX3: classes that are allowed cross, by class or by pattern")
  void whatIsAllowedCrosses() throws Exception {
    assertCrosses(allowing, new Order("a", List.of(1, 2)));
    assertCrosses(allowing, List.of(new Order("b", List.of())));
  }

  static final class Mine implements Serializable {
    private static final long serialVersionUID = 1;
    static volatile boolean stepped;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      stepped = true;
      in.defaultReadObject();
    }
  }

  @Test
  @DisplayName("AX3: no code of a refused class runs, neither there nor here")
  void refusedClassesRunNothing() throws Exception {
    assertThrows(TransferException.class, () -> pool.action(n -> new Mine()).apply(1));
    assertThrows(TransferException.class, () -> pool.action((Mine m) -> 1).apply(new Mine()));

    assertEquals(false, Mine.stepped);
    assertEquals(false, pool.call(() -> Mine.stepped));
  }

  @Test
  @DisplayName("AX3: what is not serializable fails its task and is named")
  void whatIsNotSerializableIsNamed() {
    var there =
        assertThrows(
            TransferException.class, () -> pool.action(item -> 1).apply(List.of(new Object())));
    var back =
        assertThrows(TransferException.class, () -> pool.call(() -> Map.of("k", new Object())));
    assertEquals(
        "the argument holds a java.lang.Object, which is not Serializable", there.getMessage());
    assertEquals(
        "the result holds a java.lang.Object, which is not Serializable", back.getMessage());
  }

  @Test
  @DisplayName("AX3: a function that cannot cross is refused when the action is made")
  void functionsAreChecked() {
    Object captured = new Object();
    var notSerializable =
        assertThrows(
            TransferException.class, () -> pool.action(item -> item + captured.toString()));
    assertEquals(
        "the function holds a java.lang.Object, which is not Serializable",
        notSerializable.getMessage());

    Order order = new Order("a", List.of());
    var action = pool.action(item -> order.name());
    var notAllowed = assertThrows(TransferException.class, () -> action.apply(1));
    var again = assertThrows(TransferException.class, () -> action.apply(1));
    assertEquals(notAllowed.getMessage(), again.getMessage());
    assertTrue(
        notAllowed.getMessage().startsWith("the function holds a " + Order.class.getName()),
        notAllowed::getMessage);
    assertThrows(NullPointerException.class, () -> pool.action(null));
    assertThrows(NullPointerException.class, () -> pool.call(null));
  }

  @Test
  @DisplayName("AX3: lambdas cross only if the class that wrote them is allowed")
  void lambdasCrossWithTheirClass() throws Exception {
    Supplier<Integer> lambda = (Supplier<Integer> & Serializable) () -> 42;
    assertThrows(
        TransferException.class, () -> pool.action((Supplier<Integer> s) -> s.get()).apply(lambda));
    assertEquals(42, allowing.action((Supplier<Integer> s) -> s.get()).apply(lambda));
    Comparator<String> byTheJdk = Comparator.reverseOrder();
    assertTrue(pool.action((Comparator<String> c) -> c.compare("a", "b")).apply(byTheJdk) > 0);
  }

  @Test
  @DisplayName("AX3: too large or too deep is refused, in both directions")
  void sizesAreLimited() {
    var there =
        assertThrows(
            TransferException.class,
            () -> pool.action((byte[] bytes) -> 1).apply(new byte[2 << 20]));
    var back = assertThrows(TransferException.class, () -> pool.call(() -> new byte[2 << 20]));
    assertEquals(
        "the argument takes more than 1048576 bytes: ProcessOptions.maxMessage raises that",
        there.getMessage());
    assertEquals(
        "the result takes more than 1048576 bytes: ProcessOptions.maxMessage raises that",
        back.getMessage());
    var deep =
        assertThrows(TransferException.class, () -> pool.action(item -> 1).apply(nested(100)));
    var bottomless =
        assertThrows(TransferException.class, () -> pool.call(() -> nested(1_000_000)));
    assertTrue(deep.getMessage().contains("ProcessOptions.maxDepth"), deep::getMessage);
    assertTrue(bottomless.getMessage().contains("too deeply"), bottomless::getMessage);
  }

  private static List<Object> nested(int depth) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < depth; i++) {
      list = new ArrayList<>(Collections.singletonList(list));
    }
    return list;
  }

  @Test
  @DisplayName("AX3: arguments and results of megabytes cross whole")
  void largeOnesCross() throws Exception {
    try (ProcessPool large = ProcessPool.open(Quiet.workers(1))) {
      byte[] bytes = new byte[20_000_000];
      new Random(1).nextBytes(bytes);
      assertTrue(Arrays.equals(bytes, large.action((byte[] item) -> item).apply(bytes)));
    }
  }

  @Test
  @DisplayName("AX3: an exception is thrown as itself, with the stack of both processes")
  void exceptionsAreThemselves() {
    var error =
        assertThrows(
            NoSuchElementException.class,
            () ->
                pool.call(
                    () -> {
                      throw new NoSuchElementException("gone", new IOException("because"));
                    }));
    assertEquals("gone", error.getMessage());
    assertInstanceOf(IOException.class, error.getCause());
    List<String> frames = Arrays.stream(error.getStackTrace()).map(Object::toString).toList();
    String border = "io.millrace.process.ProcessPool.call(worker process " + process + ")";
    assertTrue(frames.getFirst().contains("TransferTest.lambda"), frames::toString);
    assertTrue(frames.contains(border), frames::toString);
    assertTrue(
        frames.subList(frames.indexOf(border), frames.size()).toString().contains("TransferTest"),
        frames::toString);
  }

  @Test
  @DisplayName("AX3: checked exceptions and errors are failures too")
  void allKindsOfExceptions() {
    assertThrows(
        IOException.class,
        () ->
            pool.call(
                () -> {
                  throw new IOException("io");
                }));
    assertThrows(
        AssertionError.class,
        () ->
            pool.call(
                () -> {
                  throw new AssertionError("no");
                }));
  }

  private static final List<RemoteFunction.Call<Exception>> SIGNALS =
      List.of(
          () -> new InterruptedException("made up"),
          () -> new ClosedByInterruptException(),
          () -> new InterruptedIOException("made up"),
          () -> new CancellationException("made up"),
          () -> new CompletionException("made up", new IOException("io")),
          () -> new IllegalStateException("made up", new InterruptedException("cause")),
          () -> new ExecutionException(new RuntimeException(new CancellationException("cause"))),
          () -> new IOException(new CompletionException(null)));

  @Test
  @DisplayName(
      "P3: what would be an interrupt or a cancellation of the caller is only told, whatever wraps it")
  void signalsOfAWorkerAreItsOwn() {
    for (RemoteFunction.Call<Exception> each : SIGNALS) {
      RemoteFunction.Call<Integer> failing =
          () -> {
            Thread.currentThread().interrupt();
            throw each.call();
          };
      var told = assertThrows(RemoteTaskException.class, () -> pool.call(failing));
      Exception original = assertDoesNotThrow(each::call);
      assertEquals(original.getClass().getName(), told.type());
      assertEquals(original.toString(), told.getMessage());
      assertFalse(Thread.interrupted());
    }
    assertThrows(
        SocketTimeoutException.class,
        () ->
            pool.call(
                () -> {
                  throw new SocketTimeoutException("of a socket");
                }));
  }

  @Test
  @DisplayName("P3: no text of a worker steers a terminal or looks like another line of a log")
  void textsOfWorkersAreEscaped() {
    RemoteFunction.Call<Integer> failing =
        () -> {
          var error = new UnwillingException(new IOException("c\u001b[2J\nline"));
          var frame =
              new StackTraceElement(
                  "l\n", "m\u0007", "v\r", "a\nERROR", "f\u001b[2J", "f\u2028", 1);
          error.setStackTrace(new StackTraceElement[] {frame});
          throw error;
        };
    var told = assertThrows(RemoteTaskException.class, () -> allowing.call(failing));
    assertEquals("java.io.IOException: c\\u001b[2J\\nline", told.getCause().getMessage());
    assertEquals("m\\u0007/a\\nERROR.f\\u001b[2J(f\\u2028:1)", told.getStackTrace()[0].toString());

    RemoteFunction.Call<Integer> crossing =
        () -> {
          var error = new IOException("itself");
          var frame = new StackTraceElement("a\nERROR", "f\u001b[2J", "f", 1);
          error.setStackTrace(new StackTraceElement[] {frame});
          throw error;
        };
    var described = assertThrows(RemoteTaskException.class, () -> pool.call(crossing));
    assertEquals("a\\nERROR.f\\u001b[2J(f:1)", described.getStackTrace()[0].toString());
  }

  @Test
  @DisplayName("P3: an exception with a strange stack trace below it does not cross itself")
  void stackTracesBelowArePlain() {
    for (boolean isCause : List.of(true, false)) {
      RemoteFunction.Call<Integer> crossing =
          () -> {
            var below = new IOException("below");
            var frame = new StackTraceElement("a\nERROR", "f\u001b[2J", "f", 1);
            below.setStackTrace(new StackTraceElement[] {frame});
            var error = new IOException("itself", isCause ? below : null);
            if (!isCause) {
              error.addSuppressed(below);
            }
            throw error;
          };
      assertThrows(RemoteTaskException.class, () -> pool.call(crossing));
    }
  }

  @Test
  @DisplayName(
      "P3: the name of a class that a worker sends is escaped and cut, in the causes as well")
  void namesOfClassesAreEscaped() throws Exception {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeShort(ObjectStreamConstants.STREAM_MAGIC);
    out.writeShort(ObjectStreamConstants.STREAM_VERSION);
    out.writeByte(ObjectStreamConstants.TC_OBJECT);
    out.writeByte(ObjectStreamConstants.TC_CLASSDESC);
    out.writeUTF("a.\u001b[2J\nERROR" + "b".repeat(50_000));
    out.write(new byte[20]);
    Settings settings = new Settings();
    ClassLoader loader = Answers.loaderOf(null);
    var answers = new Answers(settings.rules, settings.limits(), loader, 1);
    Frame result = Frame.of(Frame.Kind.RESULT, bytes.toByteArray());

    Throwable error = assertThrows(TransferException.class, () -> answers.value(result));

    assertTrue(
        error.getMessage().startsWith("the result holds a a.\\u001b[2J\\nERRORbb"),
        error::getMessage);
    for (; error != null; error = error.getCause()) {
      String message = error.getMessage();
      assertTrue(message.length() < 3000 && !message.contains("\u001b"), message);
    }
  }

  @Test
  @DisplayName("P3: an exception with very many frames in all does not cross itself")
  void manyFramesInAll() {
    RemoteFunction.Call<Integer> crossing =
        () -> {
          var error = new IOException("itself");
          var frame = new StackTraceElement("a", "m", "f", 1);
          for (int i = 0; i < 30; i++) {
            var below = new IOException("below");
            below.setStackTrace(Collections.nCopies(5000, frame).toArray(StackTraceElement[]::new));
            error.addSuppressed(below);
          }
          throw error;
        };
    assertThrows(RemoteTaskException.class, () -> pool.call(crossing));
  }

  @Test
  @DisplayName(
      "P3: an exception whose text is made of those of others does not cross itself: a circle of them has none")
  @SuppressWarnings("deprecation") // there is no other way to make a circle
  void textsOfOthers() {
    RemoteFunction.Call<Integer> circle =
        () -> {
          var first = new WriteAbortedException("first", null);
          first.detail = new WriteAbortedException("second", first);
          throw first;
        };
    var described = assertThrows(RemoteTaskException.class, () -> pool.call(circle));
    assertEquals(WriteAbortedException.class.getName(), described.type());

    RemoteFunction.Call<Integer> below =
        () -> {
          var error = new IOException("itself");
          error.addSuppressed(new PrivilegedActionException(new IOException("below")));
          throw error;
        };
    assertThrows(RemoteTaskException.class, () -> pool.call(below));
  }

  @Test
  @DisplayName(
      "P3: an exception with very long texts in all does not cross itself: many may share one")
  void longTextsInAll() {
    RemoteFunction.Call<Integer> crossing =
        () -> {
          String text = "a".repeat(100_000);
          var error = new IOException("itself");
          for (int i = 0; i < 200; i++) {
            error.addSuppressed(new IOException(text));
          }
          throw error;
        };
    assertThrows(RemoteTaskException.class, () -> pool.call(crossing));
  }

  @Test
  @DisplayName("P3: a frame that is long and shared takes neither memory nor time in the caller")
  void sharedFramesCostOnce() {
    RemoteFunction.Call<Integer> crossing =
        () -> {
          var frame = new StackTraceElement("a".repeat(1_000_000) + "\u001b", "m", "f", 1);
          var error = new IOException("itself");
          error.setStackTrace(Collections.nCopies(5000, frame).toArray(StackTraceElement[]::new));
          throw error;
        };
    long before = ALLOCATIONS.getCurrentThreadAllocatedBytes();
    assertThrows(RemoteTaskException.class, () -> pool.call(crossing));
    long allocated = ALLOCATIONS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 200 << 20, () -> allocated + " bytes");
  }

  @Test
  @DisplayName("AX3: an exception of the program is itself if allowed, else described")
  void exceptionsOfTheProgram() {
    RemoteFunction<String, Integer> failing =
        order -> {
          throw new OrderException(order);
        };

    var itself = assertThrows(OrderException.class, () -> allowing.action(failing).apply("a"));
    var described = assertThrows(RemoteTaskException.class, () -> pool.action(failing).apply("a"));

    assertEquals("a", itself.order);
    assertEquals(OrderException.class.getName(), described.type());
    assertEquals(OrderException.class.getName() + ": no such order: a", described.getMessage());
    assertTrue(described.getStackTrace()[0].toString().contains("TransferTest.lambda"));
  }

  @Test
  @DisplayName("AX3: an exception that is not serializable is described, with its causes")
  void exceptionsThatCannotCross() {
    RemoteFunction.Call<Integer> failing =
        () -> {
          throw new UnwillingException(new IOException("root"));
        };

    var error = assertThrows(RemoteTaskException.class, () -> allowing.call(failing));

    assertEquals(UnwillingException.class.getName(), error.type());
    var cause = assertInstanceOf(RemoteTaskException.class, error.getCause());
    assertEquals("java.io.IOException: root", cause.getMessage());
  }

  @Test
  @DisplayName("AX3, P3: an exception with huge stacks and causes is described in part")
  void hugeExceptionsAreDescribedInPart() {
    RemoteFunction.Call<Integer> failing =
        () -> {
          String name = "x".repeat(1_000);
          StackTraceElement[] stack = new StackTraceElement[1_024];
          Arrays.setAll(stack, _ -> new StackTraceElement(null, name, null, name, name, name, 1));
          Exception error = new IOException("root");
          for (int cause = 0; cause < 4; cause++) {
            error.setStackTrace(stack);
            error = new UnwillingException(error);
          }
          throw error;
        };

    var error = assertThrows(RemoteTaskException.class, () -> allowing.call(failing));

    assertEquals(UnwillingException.class.getName(), error.type());
    assertInstanceOf(RemoteTaskException.class, error.getCause().getCause().getCause().getCause());
  }

  @Test
  @DisplayName("AX3: arguments and functions are copies: what a task changes is not seen here")
  void argumentsAreCopies() throws Exception {
    var list = new ArrayList<>(List.of(1));
    var map = new HashMap<String, Integer>();
    var action =
        pool.action(
            (ArrayList<Integer> item) -> {
              item.add(2);
              map.put("calls", map.size());
              return item.size();
            });

    assertEquals(2, action.apply(list));

    assertEquals(List.of(1), list);
    assertEquals(Map.of(), map);
  }
}
