package io.millrace.limit;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Keys on which something was granted lately, as far as a small table holds their hash codes. Of a key that is not there
 * nothing is known; two keys with the same hash code are one. Thread-safe, without a lock.
 */
final class GrantedKeys {
  private static final int PLACES = 256;
  private static final int SPREAD = 0x9E3779B9;
  private static final int NOBODY = 0;

  private final AtomicIntegerArray hashes = new AtomicIntegerArray(PLACES);

  void add(Key key) {
    int hash = hash(key);
    if (hashes.getOpaque(place(hash)) != hash) {
      hashes.setOpaque(place(hash), hash);
    }
  }

  boolean contains(Key key) {
    int hash = hash(key);
    return hashes.getOpaque(place(hash)) == hash;
  }

  private static int hash(Key key) {
    int hash = key.hash() * SPREAD;
    return hash == NOBODY ? SPREAD : hash;
  }

  private static int place(int hash) {
    return hash >>> 24;
  }
}
