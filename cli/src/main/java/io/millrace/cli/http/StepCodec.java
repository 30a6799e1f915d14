package io.millrace.cli.http;

import io.millrace.checkpoint.Codec;
import io.millrace.cli.http.LineHistory.Progress;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How a checkpoint keeps what came of a request: what is needed to write the line of an answer again, byte for byte. Of
 * the headers that is those to write, and the one that says what the text is.
 *
 * @param included names of headers to write, in lower case; {@code *} is all
 */
record StepCodec(Set<String> included) implements Codec<Step> {
  private static final byte FORM = 1;
  private static final byte ANSWERED = 0;
  private static final byte REDIRECTED = 1;
  private static final byte DROPPED = 0;
  private static final byte WHOLE = 1;
  private static final byte WHOLE_IN_CODING = 2;
  private static final byte SELECTED = 3;
  private static final byte SAVED = 4;

  @Override
  public byte[] encode(Step step) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(sizeOf(step));
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(FORM);
    out.writeByte(step instanceof Step.Answered ? ANSWERED : REDIRECTED);
    out.writeInt(step.progress().requests());
    out.writeInt(step.progress().redirects());
    out.writeLong(step.progress().millis());
    switch (step) {
      case Step.Redirected(int status, String location, _) -> {
        out.writeShort(status);
        text(location, out);
      }
      case Step.Answered(Reply reply, _, _) -> {
        out.writeShort(reply.statusCode());
        List<Header> headers = reply.headers().stream().filter(this::isKept).toList();
        out.writeShort(headers.size());
        for (Header header : headers) {
          text(header.name(), out);
          text(header.value(), out);
        }
        content(reply.content(), out);
      }
    }
    return bytes.toByteArray();
  }

  private static int sizeOf(Step step) {
    return step instanceof Step.Answered(Reply(_, _, Content.Whole(ByteBuffer body, _)), _, _)
        ? body.remaining() + 128
        : 128;
  }

  private boolean isKept(Header header) {
    return header.key().equals("content-type")
        || included.contains("*")
        || included.contains(header.key());
  }

  private static void content(Content content, DataOutputStream out) throws IOException {
    switch (content) {
      case Content.Whole(ByteBuffer body, Optional<String> coding) -> whole(body, coding, out);
      case Content.Selected(String json) -> {
        out.writeByte(SELECTED);
        bytes(json.getBytes(StandardCharsets.UTF_8), out);
      }
      case Content.Saved(String name, long size, Optional<String> coding) -> {
        out.writeByte(SAVED);
        text(name, out);
        out.writeLong(size);
        text(coding.orElse(""), out);
      }
      case Content.TooLarge _, Content.Undecodable _, Content.Dropped _ -> out.writeByte(DROPPED);
    }
  }

  private static void whole(ByteBuffer body, Optional<String> coding, DataOutputStream out)
      throws IOException {
    out.writeByte(coding.isEmpty() ? WHOLE : WHOLE_IN_CODING);
    if (coding.isPresent()) {
      text(coding.get(), out);
    }
    if (body.hasArray()) {
      out.write(body.array(), body.arrayOffset() + body.position(), body.remaining());
    } else {
      byte[] copy = new byte[body.remaining()];
      body.duplicate().get(copy);
      out.write(copy);
    }
  }

  /* Headers are kept as they came: each character is a byte. */
  private static void text(String text, DataOutputStream out) throws IOException {
    bytes(text.getBytes(StandardCharsets.ISO_8859_1), out);
  }

  private static void bytes(byte[] bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  @Override
  public Step decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.get() != FORM) {
      throw new IllegalArgumentException("another version of the command has stored it");
    }
    boolean isAnswer = in.get() == ANSWERED;
    Progress progress = new Progress(in.getInt(), in.getInt(), in.getLong());
    int status = in.getShort();
    if (!isAnswer) {
      return new Step.Redirected(status, text(in), progress);
    }
    List<Header> headers = new ArrayList<>();
    for (int left = in.getShort(); left > 0; left--) {
      headers.add(new Header(text(in), text(in)));
    }
    return new Step.Answered(
        new Reply(status, headers, content(in)), progress, OptionalLong.empty());
  }

  private static Content content(ByteBuffer in) {
    byte kind = in.get();
    return switch (kind) {
      case DROPPED -> new Content.Dropped();
      case WHOLE -> new Content.Whole(in.slice(), Optional.empty());
      case WHOLE_IN_CODING -> {
        String coding = text(in);
        yield new Content.Whole(in.slice(), Optional.of(coding));
      }
      case SELECTED -> new Content.Selected(new String(bytes(in), StandardCharsets.UTF_8));
      case SAVED -> {
        String name = text(in);
        long size = in.getLong();
        yield new Content.Saved(
            name, size, Optional.of(text(in)).filter(coding -> !coding.isEmpty()));
      }
      default -> throw new IllegalArgumentException("another version of the command has stored it");
    };
  }

  private static String text(ByteBuffer in) {
    return new String(bytes(in), StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("it is damaged: a text of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
