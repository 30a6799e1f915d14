package io.millrace.process.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is told of an exception that cannot cross itself. Its form is plain text and numbers: nothing in it
 * can run code.
 *
 * @param type the name of its class
 * @param message its message
 * @param stack where it was thrown
 * @param cause its cause, up to some depth
 */
public record Thrown(
    String type, @Nullable String message, List<StackTraceElement> stack, @Nullable Thrown cause) {
  /** How large the form is at most. */
  public static final int MOST_BYTES = 8 * 1024 * 1024;

  private static final int MOST_CAUSES = 10;
  private static final int MOST_FRAMES = 1024;
  private static final int MOST_CHARACTERS = 100_000;
  private static final int MOST_IN_A_NAME = 1000;

  /** Describes an exception, whatever its own methods do. */
  public static Thrown of(Throwable error) {
    return of(error, MOST_CAUSES);
  }

  private static Thrown of(Throwable error, int causes) {
    Throwable cause = cause(error);
    return new Thrown(
        error.getClass().getName(),
        Reason.message(error, MOST_CHARACTERS),
        stack(error),
        cause == null || cause == error || causes == 0 ? null : of(cause, causes - 1));
  }

  private static @Nullable Throwable cause(Throwable error) {
    try {
      return error.getCause();
    } catch (Throwable untold) {
      return null;
    }
  }

  private static List<StackTraceElement> stack(Throwable error) {
    try {
      return Arrays.stream(error.getStackTrace())
          .filter(Objects::nonNull)
          .limit(MOST_FRAMES)
          .toList();
    } catch (Throwable untold) {
      return List.of();
    }
  }

  /** For {@link #read}. */
  public byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      for (Thrown each = this; each != null; each = each.cause) {
        each.write(out);
        out.writeBoolean(each.cause != null);
      }
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return bytes.toByteArray();
  }

  private void write(DataOutputStream out) throws IOException {
    writeName(out, type);
    writeText(out, message);
    out.writeInt(stack.size());
    for (StackTraceElement frame : stack) {
      writeName(out, frame.getClassName());
      writeName(out, frame.getMethodName());
      writeName(out, frame.getModuleName());
      writeName(out, frame.getFileName());
      out.writeInt(frame.getLineNumber());
    }
  }

  private static void writeName(DataOutputStream out, @Nullable String name) throws IOException {
    writeText(out, name == null ? null : Reason.cut(name, MOST_IN_A_NAME));
  }

  private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * What was described.
   *
   * @throws Refusal if that is no description
   */
  public static Thrown read(byte[] bytes) throws Refusal {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      return read(in, MOST_CAUSES);
    } catch (IOException | RuntimeException e) {
      throw new Refusal("the exception of a worker is not described as it should be: " + e, e);
    }
  }

  private static Thrown read(DataInputStream in, int causes) throws IOException {
    String type = readName(in);
    String message = readText(in, 4 * MOST_CHARACTERS);
    int frames = in.readInt();
    if (frames < 0 || frames > MOST_FRAMES) {
      throw new IOException(frames + " frames");
    }
    List<StackTraceElement> stack = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      String declaring = readName(in);
      String method = readName(in);
      String module = readText(in, 4 * MOST_IN_A_NAME);
      String file = readText(in, 4 * MOST_IN_A_NAME);
      stack.add(new StackTraceElement(null, module, null, declaring, method, file, in.readInt()));
    }
    boolean caused = in.readBoolean();
    if (caused && causes == 0) {
      throw new IOException("too many causes");
    }
    return new Thrown(type, message, List.copyOf(stack), caused ? read(in, causes - 1) : null);
  }

  private static String readName(DataInputStream in) throws IOException {
    return Objects.requireNonNull(readText(in, 4 * MOST_IN_A_NAME), "name");
  }

  private static @Nullable String readText(DataInputStream in, int most) throws IOException {
    int length = in.readInt();
    if (length == -1) {
      return null;
    }
    if (length < 0 || length > most) {
      throw new IOException("a text of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
