package io.millrace.cli.http;

import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Finds the addresses of hosts in threads of its own, so that an interrupt ends the wait: the system's
 * resolver ignores interrupts, and keeps the carrier of a virtual thread.
 */
final class HostResolver implements DnsResolver, AutoCloseable {
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().name("millrace-names-", 0).daemon().factory());

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    if (isLiteral(name)) {
      return InetAddress.getAllByName(name);
    }
    Future<InetAddress[]> search = threads.submit(() -> InetAddress.getAllByName(name));
    try {
      return search.get();
    } catch (InterruptedException interrupted) {
      search.cancel(true);
      Thread.currentThread().interrupt();
      UnknownHostException unknown = new UnknownHostException(host);
      unknown.initCause(new InterruptedIOException("interrupted"));
      throw unknown;
    } catch (ExecutionException failed) {
      throw new UnknownHostException(host);
    }
  }

  private static boolean isLiteral(String name) {
    return name.contains(":")
        || name.chars().allMatch(each -> each == '.' || Character.isDigit(each));
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
