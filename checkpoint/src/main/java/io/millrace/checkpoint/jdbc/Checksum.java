package io.millrace.checkpoint.jdbc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** CRC-32C over parts, each of which counts with its length. For one thread. */
final class Checksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  Checksum add(long part) {
    crc.update(number.putLong(0, part).array(), 0, Long.BYTES);
    return this;
  }

  Checksum add(byte[] part) {
    add(part.length);
    crc.update(part);
    return this;
  }

  Checksum add(String part) {
    return add(part.getBytes(StandardCharsets.UTF_8));
  }

  long value() {
    return crc.getValue();
  }

  /**
   * A number for an id and the row that it leads to. The sum of those of all rows, modulo 2^64, changes with each of them,
   * and does not depend on their order.
   */
  static long ofEntry(byte[] id, long number) {
    CRC32C crc = new CRC32C();
    crc.update(id);
    long mixed = (crc.getValue() << 32) ^ (number * 0x9E3779B97F4A7C15L);
    mixed = (mixed ^ (mixed >>> 33)) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ (mixed >>> 33);
  }
}
