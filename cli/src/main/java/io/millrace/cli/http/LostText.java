package io.millrace.cli.http;

import io.millrace.cli.http.LostException.Stage;
import io.millrace.cli.text.ErrorMessage;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.NotImplementedException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.UnsupportedHttpVersionException;

/**
 * Why no answer came, or not all of it, in words of the command. The HTTP library quotes what came in its messages, which may
 * be a cookie or a part of a body: only messages of the network, of TLS and of the command itself are passed on.
 */
final class LostText {
  private static final Pattern WITH_ADDRESS = Pattern.compile("Connect to .* failed: (.*)");

  private LostText() {}

  static String of(Stage stage, Throwable error) {
    Throwable cause = root(error);
    return switch (cause) {
      case WireException own -> ErrorMessage.of(own);
      case UnknownHostException unknown -> ofNetwork(unknown);
      case SSLException refused -> "TLS: " + ofTls(refused);
      case ConnectException refused -> "cannot connect: " + ofNetwork(refused);
      case NoHttpResponseException _ -> "the connection was closed without an answer";
      case MessageConstraintException _ -> "the headers of the answer are too many or too long";
      case ConnectionClosedException _ -> "the connection was closed in the middle of the answer";
      case EOFException _ when stage == Stage.CONNECTING ->
          "TLS: the connection was closed before it was secure";
      case EOFException _ -> "the connection was closed in the middle of the answer";
      case SocketException broken when stage == Stage.CONNECTING ->
          "cannot connect: " + ErrorMessage.of(broken);
      case SocketException broken -> "the connection was lost: " + ErrorMessage.of(broken);
      case TruncatedChunkException _ -> "the connection was closed in the middle of the answer";
      case MalformedChunkCodingException _ -> "not HTTP: a chunk of the body is malformed";
      case HttpException malformed -> "not HTTP: " + ofHead(malformed);
      default -> "the answer cannot be read (" + cause.getClass().getSimpleName() + ")";
    };
  }

  private static String ofHead(HttpException malformed) {
    return switch (malformed) {
      case UnsupportedHttpVersionException _ -> "the version is not supported";
      case ParseException _ -> "the status line or a header is malformed";
      case NotImplementedException _ -> "the transfer coding is not supported";
      default -> "the status line or a header makes no sense";
    };
  }

  /** Why there is no connection. The client puts the address before that; the line has it already. */
  static String ofNetwork(IOException refused) {
    return refused instanceof UnknownHostException
        ? "unknown host"
        : WITH_ADDRESS.matcher(ErrorMessage.of(refused)).replaceFirst("$1");
  }

  /* What the runtime says of the protocol has nothing that came; what it says of a certificate has. */
  private static String ofTls(SSLException refused) {
    if (refused instanceof SSLPeerUnverifiedException) {
      return "the certificate is not one of this host";
    }
    return chain(refused)
        .filter(LostText::isOfCertificate)
        .reduce((_, inner) -> inner)
        .map(LostText::ofCertificate)
        .orElseGet(() -> ErrorMessage.of(refused));
  }

  /** Whether the certificate of the server is refused, which is the same the next time. */
  static boolean isOfRefusedCertificate(Throwable error) {
    return chain(error)
        .anyMatch(each -> each instanceof SSLPeerUnverifiedException || isOfCertificate(each));
  }

  /* Other errors of cryptography are about what came later, such as an alert that is not encrypted. */
  private static boolean isOfCertificate(Throwable error) {
    return error instanceof CertificateException
        || error instanceof CertPathBuilderException
        || error instanceof CertPathValidatorException;
  }

  private static String ofCertificate(Throwable refused) {
    return switch (refused) {
      case CertificateExpiredException _ -> "the certificate has expired";
      case CertificateNotYetValidException _ -> "the certificate is not valid yet";
      case CertPathBuilderException _ ->
          "the certificate is of nobody who is trusted; --cacert names others";
      default -> "the certificate is refused (" + refused.getClass().getSimpleName() + ")";
    };
  }

  private static Stream<Throwable> chain(Throwable error) {
    return Stream.iterate(error, each -> each != null, Throwable::getCause);
  }

  /** The innermost cause that belongs to the network: those around it repeat the address. */
  private static Throwable root(Throwable error) {
    Throwable root = error;
    while (root.getCause() instanceof IOException cause) {
      root = cause;
    }
    return root;
  }
}
