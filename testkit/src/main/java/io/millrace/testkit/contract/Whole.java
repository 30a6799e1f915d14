package io.millrace.testkit.contract;

import io.millrace.checkpoint.Codec;

/** Integers as text. */
final class Whole implements Codec<Integer> {
  @Override
  public byte[] encode(Integer value) throws Exception {
    return Codec.text().encode(Integer.toString(value));
  }

  @Override
  public Integer decode(byte[] bytes) throws Exception {
    return Integer.valueOf(Codec.text().decode(bytes));
  }
}
