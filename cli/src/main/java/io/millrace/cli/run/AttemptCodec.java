package io.millrace.cli.run;

import io.millrace.checkpoint.Codec;
import io.millrace.cli.process.ProgramEnd;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/** How a checkpoint keeps a command that has succeeded: what is needed to write its output again, byte for byte. */
final class AttemptCodec implements Codec<Attempt> {
  private static final byte FORM = 1;

  @Override
  public byte[] encode(Attempt attempt) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(FORM);
    out.writeInt(attempt.number());
    out.writeLong(attempt.start().toEpochMilli());
    out.writeLong(attempt.tookMillis());
    for (Captured each : new Captured[] {attempt.out(), attempt.err()}) {
      out.writeLong(each.total());
      out.writeInt((int) each.kept());
      each.copyTo((part, count) -> out.write(part, 0, count));
    }
    return bytes.toByteArray();
  }

  @Override
  public Attempt decode(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.get() != FORM) {
      throw new IllegalArgumentException("another version of the command has stored it");
    }
    int number = in.getInt();
    Instant start = Instant.ofEpochMilli(in.getLong());
    long millis = in.getLong();
    Captured out = captured(in);
    Captured err = captured(in);
    Attempt attempt = new Attempt(number, start, out, err);
    attempt.ended(new ProgramEnd.Exited(0), millis);
    return attempt;
  }

  private static Captured captured(ByteBuffer in) throws IOException {
    long total = in.getLong();
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("it is damaged: an output of " + length + " bytes");
    }
    byte[] kept = new byte[length];
    in.get(kept);
    return Captured.of(kept, total);
  }
}
