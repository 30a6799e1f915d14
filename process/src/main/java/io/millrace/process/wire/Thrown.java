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
import java.util.stream.Stream;
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
  private static final int MOST_CAUSES = 10;
  private static final int MOST_FRAMES = 1024;
  private static final int MOST_CHARACTERS = 100_000;
  private static final int MOST_IN_A_NAME = 1000;

  /**
   * Describes an exception, whatever its own methods do.
   *
   * @param mostBytes how large the form may be: messages are cut, and stacks and causes told less far; at least {@link
   *     Limits#LEAST_DESCRIPTION}
   */
  public static Thrown of(Throwable error, int mostBytes) {
    return of(error, MOST_CAUSES, mostBytes);
  }

  private static Thrown of(Throwable error, int causes, int mostBytes) {
    Throwable cause = causes == 0 || mostBytes < 2 * Limits.LEAST_DESCRIPTION ? null : cause(error);
    Room room = new Room(cause == null ? mostBytes : mostBytes / 2);
    String type = room.cut(error.getClass().getName(), MOST_IN_A_NAME);
    String message = Reason.message(error, MOST_CHARACTERS);
    String told = message == null ? null : room.cut(message, MOST_CHARACTERS);
    List<StackTraceElement> stack = stack(error).takeWhile(room::holds).toList();
    return new Thrown(
        type, told, stack, cause == null ? null : of(cause, causes - 1, mostBytes - room.used()));
  }

  /** The bytes of one exception of the form. Used by one thread. */
  private static final class Room {
    private static final int MOST_BYTES_OF_A_CHARACTER = 3;

    private final int most;

    /* How long the message is if there is none, the number of frames, and whether there is a cause. */
    private int used = 2 * Integer.BYTES + 1;

    Room(int most) {
      this.most = most;
    }

    int used() {
      return used;
    }

    /** A text that takes no more than half of what is left. */
    String cut(String text, int mostCharacters) {
      int left = (most - used) / 2 - Integer.BYTES - Reason.CUT.length();
      int characters = Math.min(mostCharacters, Math.max(0, left) / MOST_BYTES_OF_A_CHARACTER);
      String all = Reason.cut(text, mostCharacters);
      String told = bytes(all) <= left ? all : Reason.cut(text, characters);
      used += Integer.BYTES + bytes(told);
      return told;
    }

    /** Takes what a frame needs, if there is as much. */
    boolean holds(StackTraceElement frame) {
      int needed =
          Integer.BYTES
              + size(frame.getClassName())
              + size(frame.getMethodName())
              + size(frame.getModuleName())
              + size(frame.getFileName());
      boolean fits = needed <= most - used;
      used += fits ? needed : 0;
      return fits;
    }

    private static int size(@Nullable String name) {
      return Integer.BYTES + (name == null ? 0 : bytes(Reason.cut(name, MOST_IN_A_NAME)));
    }

    private static int bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  private static @Nullable Throwable cause(Throwable error) {
    try {
      Throwable cause = error.getCause();
      return cause == error ? null : cause;
    } catch (Throwable untold) {
      return null;
    }
  }

  private static Stream<StackTraceElement> stack(Throwable error) {
    try {
      return Arrays.stream(error.getStackTrace()).filter(Objects::nonNull).limit(MOST_FRAMES);
    } catch (Throwable untold) {
      return Stream.empty();
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
   * @throws Refusal if that is no description, or a larger one than these
   */
  public static Thrown read(byte[] bytes, int mostBytes) throws Refusal {
    if (bytes.length > mostBytes) {
      throw new Refusal(
          "the exception of a worker is described in more than " + mostBytes + " bytes");
    }
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
