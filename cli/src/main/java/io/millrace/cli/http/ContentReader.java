package io.millrace.cli.http;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.ZipException;

/**
 * Reads what is kept of answers.
 *
 * @param headers which headers are kept
 * @param limit the largest body that is kept, in bytes, decoded
 * @param isKept whether bodies are kept
 * @param memory the bound on all together
 * @param folder where the bodies of successes are saved
 * @param savedLimit the largest body that is saved, in bytes, decoded
 */
record ContentReader(
    KeptHeaders headers,
    long limit,
    boolean isKept,
    BodyMemory memory,
    Optional<SaveFolder> folder,
    long savedLimit) {
  /** Fewer bytes of headers need not find room: what a usual answer has. */
  private static final int USUAL_HEADERS = 1 << 12;

  /** What packing may add to a body: headers, names, and parts that unpack to nothing. */
  private static final long PACKING = 1 << 20;

  private static final int FIRST = 1 << 10;
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  /** What is not kept is read to its end up to here, so that its connection can be used again. */
  private static final long DRAINED = 1 << 18;

  /** What was read, and whether that was all. */
  record Result(Content content, boolean isConsumed) {}

  /** The headers that are kept of those that came. Many bytes of them wait for room, as bodies do. */
  List<Header> headers(Attempt attempt, org.apache.hc.core5.http.Header... came)
      throws InterruptedException {
    List<Header> kept = headers.of(came);
    long bytes = 0;
    for (Header header : kept) {
      bytes += header.name().length() + header.value().length();
    }
    if (bytes > USUAL_HEADERS) {
      take(attempt.call().history().sequence(), bytes, attempt);
    }
    return kept;
  }

  /** Reads a body that nobody wants. */
  Result drop(InputStream body) throws IOException {
    byte[] buffer = new byte[1 << 13];
    long total = 0;
    for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
      total += count;
      if (total > DRAINED) {
        return new Result(new Content.Dropped(), false);
      }
    }
    return new Result(new Content.Dropped(), true);
  }

  /**
   * Reads a body.
   *
   * @param coding the Content-Encoding
   * @param length what the server says; below 0 if it does not
   */
  Result read(InputStream body, Optional<String> coding, long length, Attempt attempt)
      throws IOException, InterruptedException {
    return isKept ? whole(body, coding, length, limit, attempt) : drop(body);
  }

  /** Reads the body of a failure, also if nobody wants it: it may say whether to come back, and when. */
  Result failed(InputStream body, Optional<String> coding, long length, Attempt attempt)
      throws IOException, InterruptedException {
    return whole(body, coding, length, isKept ? limit : Math.min(limit, DRAINED), attempt);
  }

  private Result whole(
      InputStream body, Optional<String> coding, long length, long most, Attempt attempt)
      throws IOException, InterruptedException {
    return decoded(
        body,
        coding,
        length,
        most,
        attempt,
        (plain, left, said) -> collect(plain, left, said, most, attempt));
  }

  /**
   * Saves the body of a success, if they are saved, and reads it otherwise.
   *
   * @param coding the Content-Encoding
   * @param length what the server says; below 0 if it does not
   */
  Result keep(InputStream body, Optional<String> coding, long length, Attempt attempt)
      throws IOException, InterruptedException {
    if (folder.isEmpty()) {
      return read(body, coding, length, attempt);
    }
    InputLine.Call call = attempt.call();
    String name = folder.get().nameOf(call.label());
    return decoded(
        body,
        coding,
        length,
        savedLimit,
        attempt,
        (plain, left, _) -> {
          OptionalLong size =
              folder.get().save(name, call.history(), plain, savedLimit, attempt::answered);
          return size.isPresent()
              ? new Result(new Content.Saved(name, size.getAsLong(), left), true)
              : new Result(new Content.TooLarge(savedLimit), false);
        });
  }

  /** Takes away what a line has saved: its attempt has failed all the same. */
  void withdraw(InputLine.Call call) {
    if (folder.isPresent() && call.history().saved().isPresent()) {
      folder.get().withdraw(folder.get().nameOf(call.label()), call.history());
    }
  }

  /** What is done with a body that is unpacked. */
  @FunctionalInterface
  private interface Taking {
    /**
     * Takes it.
     *
     * @param left the coding that could not be undone
     * @param length below 0 if it is not known
     */
    Result take(InputStream plain, Optional<String> left, long length)
        throws IOException, InterruptedException;
  }

  private Result decoded(
      InputStream body,
      Optional<String> coding,
      long length,
      long most,
      Attempt attempt,
      Taking taking)
      throws IOException, InterruptedException {
    String name = coding.map(text -> text.strip().toLowerCase(Locale.ROOT)).orElse("identity");
    try {
      return switch (name) {
        case "identity", "" -> taking.take(body, Optional.empty(), length);
        case "gzip", "x-gzip" -> unpack(Unpacked.gzip(bounded(body, most)), taking);
        case "deflate" -> unpack(Unpacked.deflate(bounded(body, most)), taking);
        default -> taking.take(body, Optional.of(name), length);
      };
    } catch (TooMuchPackedException tooMuch) {
      memory.free(attempt.call().history().sequence());
      return new Result(new Content.TooLarge(most), false);
    } catch (ZipException | EOFException notThat) {
      return new Result(new Content.Undecodable(name), false);
    }
  }

  private static final class TooMuchPackedException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** A packed body; what unpacks to nothing has no end otherwise. */
  private static InputStream bounded(InputStream packed, long most) {
    return new FilterInputStream(packed) {
      private long left = most > Long.MAX_VALUE - PACKING ? most : most + PACKING;

      @Override
      public int read() throws IOException {
        int octet = in.read();
        count(octet < 0 ? 0 : 1);
        return octet;
      }

      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        int count = in.read(bytes, from, length);
        count(count);
        return count;
      }

      private void count(int bytes) throws TooMuchPackedException {
        left -= Math.max(bytes, 0);
        if (left < 0) {
          throw new TooMuchPackedException();
        }
      }
    };
  }

  private static Result unpack(InputStream unpacked, Taking taking)
      throws IOException, InterruptedException {
    try (unpacked) {
      return taking.take(unpacked, Optional.empty(), -1);
    }
  }

  private Result collect(
      InputStream body, Optional<String> coding, long length, long most, Attempt attempt)
      throws IOException, InterruptedException {
    long line = attempt.call().history().sequence();
    if (length > most) {
      return new Result(new Content.TooLarge(most), false);
    }
    byte[] bytes = new byte[(int) Math.min(length < 0 ? FIRST : length + 1, FIRST)];
    take(line, bytes.length, attempt);
    int size = 0;
    while (true) {
      int count = body.read(bytes, size, bytes.length - size);
      if (count < 0) {
        return new Result(new Content.Whole(ByteBuffer.wrap(bytes, 0, size), coding), true);
      }
      size += count;
      if (size > most) {
        memory.free(line);
        return new Result(new Content.TooLarge(most), false);
      }
      if (size == bytes.length) {
        int larger = grown(size, length, most);
        take(line, larger - size, attempt);
        bytes = Arrays.copyOf(bytes, larger);
      }
    }
  }

  /* One more than the length that is said, so that its end is seen without growing again. */
  private static int grown(int size, long length, long most) {
    long whole = Math.min(length < 0 ? most + 1 : length + 1, LARGEST_ARRAY);
    return (int) Math.max(size + 1L, Math.min(whole, size * 4L));
  }

  private void take(long line, long bytes, Attempt attempt) throws InterruptedException {
    if (!memory.tryTake(line, bytes)) {
      attempt.untimed(() -> memory.take(line, attempt.call().host(), bytes));
    }
  }
}
