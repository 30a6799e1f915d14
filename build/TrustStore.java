import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sees to it that a Java runtime, which was made of the JDK that runs this, trusts no authority that only this system
 * trusts. The file {@code cacerts} of a JDK is often a link to that of the system, or was changed: then that of the
 * runtime is replaced by one with the certificates of a directory, which come from the distribution.
 *
 * <p>Usage: {@code java TrustStore.java CACERTS DIRECTORY}. Ends with 3 if the file has to be replaced, and the
 * directory has no certificates.
 */
final class TrustStore {
  private static final String NAME = "lib/security/cacerts";

  private TrustStore() {}

  public static void main(String[] args) throws IOException, GeneralSecurityException {
    if (isOwn()) {
      return;
    }
    List<Path> certificates = certificates(Path.of(args[1]));
    if (certificates.isEmpty()) {
      System.exit(3);
    }
    // Without a password, as the JDK has it, and without what is random.
    System.setProperty("keystore.pkcs12.certProtectionAlgorithm", "NONE");
    System.setProperty("keystore.pkcs12.macAlgorithm", "NONE");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (Path each : certificates) {
      try (InputStream in = Files.newInputStream(each)) {
        // the same in each locale
        String alias = each.getFileName().toString().replaceAll("[^ -~]+", "?");
        store.setCertificateEntry(alias, factory.generateCertificate(in));
      }
    }
    Path file = Path.of(args[0]);
    Files.deleteIfExists(file);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, null);
    }
  }

  /* True if the JDK has the file with which it was made. */
  private static boolean isOwn() throws IOException, GeneralSecurityException {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    Path file = home.resolve(NAME);
    if (!Files.exists(file) || !file.toRealPath().equals(file)) {
      return false;
    }
    // A JDK has its modules as files, of which a runtime is made, or it has written down how its own files were.
    Path written =
        Path.of(
            URI.create("jrt:/jdk.jlink/jdk/tools/jlink/internal/runtimelink/fs_java.base_files"));
    if (!Files.exists(written)) {
      return Files.exists(home.resolve("jmods"));
    }
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file));
    String end = "|" + HexFormat.of().formatHex(digest) + "|" + NAME;
    try (Stream<String> lines = Files.lines(written)) {
      return lines.anyMatch(line -> line.endsWith(end));
    }
  }

  private static List<Path> certificates(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(each -> each.toString().endsWith(".crt")).sorted().toList();
    }
  }
}
