package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.text.LineReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
  /** Gives a few bytes at a time, and fails when it is asked again after its end. */
  private static InputStream inParts(String text, int size) {
    ByteArrayInputStream bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return new InputStream() {
      private boolean ended;

      @Override
      public int read() {
        throw new AssertionError("byte by byte");
      }

      @Override
      public int read(byte[] buffer, int from, int most) {
        if (ended) {
          throw new AssertionError("asked again after the end");
        }
        int count = bytes.read(buffer, from, Math.min(size, most));
        ended = count < 0;
        return count;
      }
    };
  }

  private static List<String> read(InputStream in, int limit) throws IOException {
    LineReader reader = new LineReader(in, limit);
    List<String> lines = new ArrayList<>();
    for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
      String text = StandardCharsets.UTF_8.decode(line.bytes()).toString();
      lines.add(line.number() + (line.tooLong() ? "!" : ":") + text);
    }
    assertNull(reader.next());
    return lines;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100})
  void linesAreCutWhereverTheBytesAre(int size) throws IOException {
    assertEquals(List.of("1:ab", "2:", "3:c", "4:é"), read(inParts("ab\n\nc\né", size), 10));
    assertEquals(List.of("1:ab"), read(inParts("ab\n", size), 10));
    assertEquals(List.of(), read(inParts("", size), 10));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100})
  void aLineThatIsTooLongIsSkippedAlone(int size) throws IOException {
    assertEquals(
        List.of("1:abc", "2!", "3:d", "4!"), read(inParts("abc\nabcd\nd\nabcdefgh", size), 3));
  }

  @Test
  void aLineThatNeverEndsIsToldOf() throws IOException {
    LineReader.Line line = new LineReader(endless(), 1_000).next();
    assertTrue(line != null && line.tooLong());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100})
  void aLineBehindALongOneIsReadyOnlyWhenItIsWhole(int size) throws IOException {
    LineReader reader = new LineReader(inParts("abcdefgh\nij", size), 3);
    assertFalse(reader.isReady());
    LineReader.Line line = reader.next();
    assertTrue(line != null && line.tooLong());
    assertFalse(reader.isReady());
    LineReader.Line last = reader.next();
    assertTrue(last != null && last.bytes().remaining() == 2);
    assertNull(reader.next());
    assertTrue(reader.isReady());
  }

  private static InputStream endless() {
    return new InputStream() {
      @Override
      public int read() {
        return 'x';
      }

      @Override
      public int read(byte[] buffer, int from, int most) {
        Arrays.fill(buffer, from, from + most, (byte) 'x');
        return most;
      }
    };
  }

  @DisplayName("who is interrupted leaves a line that never ends, even if its bytes come at once")
  @Test
  void anInterruptEndsIt() throws IOException {
    LineReader reader = new LineReader(endless(), 1_000);
    LineReader.Line line = reader.next();
    assertTrue(line != null && line.tooLong());
    Thread.currentThread().interrupt();
    try {
      assertThrows(InterruptedIOException.class, reader::next);
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void aHugeLineIsNotKept() throws IOException {
    InputStream zeros =
        new InputStream() {
          private long left = 200_000_000;

          @Override
          public int read() {
            return left-- > 0 ? 0 : -1;
          }

          @Override
          public int read(byte[] buffer, int from, int most) {
            left -= most;
            return left > 0 ? most : -1;
          }
        };
    assertEquals(List.of("1!"), read(zeros, 1_000));
  }
}
