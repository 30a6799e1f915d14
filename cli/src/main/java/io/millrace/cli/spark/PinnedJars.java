package io.millrace.cli.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The jars that Spark consists of, as they were when this version of the command was made. Whatever repository or mirror they come
 * from, they have to be the same.
 *
 * @param all by their names
 */
record PinnedJars(Map<String, Pin> all) {
  private static final int BUFFER = 1 << 16;

  /** What a jar has to be. */
  private record Pin(String name, long bytes, String sha256) {
    static Pin of(String line) {
      String[] parts = line.split(" ", -1);
      return new Pin(parts[2], Long.parseLong(parts[1]), parts[0]);
    }
  }

  /** Those of this command. */
  static PinnedJars ofCommand() {
    return of(Fetched.text("jars.txt"));
  }

  /** One a line: SHA-256, bytes and name. */
  static PinnedJars of(String list) {
    Map<String, Pin> all =
        list.lines().map(Pin::of).collect(Collectors.toMap(Pin::name, Function.identity()));
    return new PinnedJars(all);
  }

  /** What is wrong with a jar; empty if it is the one of its name. */
  Optional<String> complaint(Path jar) throws IOException {
    Pin pin = all.get(jar.getFileName().toString());
    if (pin == null) {
      return Optional.of("does not belong to it");
    }
    long bytes = Files.size(jar);
    if (bytes != pin.bytes) {
      return Optional.of("has " + bytes + " bytes, not " + pin.bytes);
    }
    String sha256 = sha256(jar);
    return sha256.equals(pin.sha256)
        ? Optional.empty()
        : Optional.of("has the SHA-256 " + sha256 + ", not " + pin.sha256);
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has it
    }
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
