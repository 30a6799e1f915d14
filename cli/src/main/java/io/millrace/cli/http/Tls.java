package io.millrace.cli.http;

import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.MalformedInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.ssl.SSLContexts;
import org.jspecify.annotations.Nullable;

/** Whom to trust. What that needs is loaded when the first secure connection is made. */
final class Tls implements TlsSocketStrategy {
  private final Callable<TlsSocketStrategy> making;

  /* Guarded by this. */
  private @Nullable TlsSocketStrategy made;

  private Tls(Callable<TlsSocketStrategy> making) {
    this.making = making;
  }

  /** Trusts whom the Java runtime trusts. */
  static Tls ofRuntime() {
    return new Tls(() -> checking(SSLContexts.createSystemDefault()));
  }

  /** Trusts everybody. */
  static Tls insecure() {
    return new Tls(
        () ->
            new DefaultClientTlsStrategy(
                SSLContexts.custom().loadTrustMaterial(null, (chain, type) -> true).build(),
                HostnameVerificationPolicy.CLIENT,
                NoopHostnameVerifier.INSTANCE));
  }

  /** Trusts those in a file of PEM certificates, and nobody else. */
  static Tls of(Path file) throws MalformedInputException {
    return of(read(file), "'" + file + "'");
  }

  /** The content of such a file. */
  static byte[] read(Path file) throws MalformedInputException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw new MalformedInputException("cannot read '" + file + "': " + FileReason.of(unreadable));
    }
  }

  /** As {@link #of(Path)}, with the content of the file. */
  static Tls of(byte[] pem, String file) throws MalformedInputException {
    SSLContext context;
    try {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
      if (certificates.isEmpty()) {
        throw new MalformedInputException(file + " has no certificate in PEM form");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
      context = SSLContexts.custom().loadTrustMaterial(store, null).build();
    } catch (IOException | GeneralSecurityException invalid) {
      throw new MalformedInputException(file + " has no certificate in PEM form");
    }
    return new Tls(() -> checking(context));
  }

  private static TlsSocketStrategy checking(SSLContext context) {
    return new DefaultClientTlsStrategy(
        context, HostnameVerificationPolicy.BOTH, HttpsSupport.getDefaultHostnameVerifier());
  }

  @Override
  public SSLSocket upgrade(
      Socket socket, String target, int port, Object attachment, HttpContext context)
      throws IOException {
    return strategy().upgrade(socket, target, port, attachment, context);
  }

  private synchronized TlsSocketStrategy strategy() throws IOException {
    if (made == null) {
      try {
        made = making.call();
      } catch (Exception broken) {
        throw new WireException("TLS does not work here: " + broken.getMessage());
      }
    }
    return made;
  }
}
