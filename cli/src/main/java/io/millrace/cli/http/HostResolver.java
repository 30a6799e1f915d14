package io.millrace.cli.http;

import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Finds the addresses of hosts in threads of its own, so that an interrupt ends the wait: the system's
 * resolver ignores interrupts, and keeps the carrier of a virtual thread. Addresses that have kept silent come last.
 * Thread-safe.
 */
final class HostResolver implements DnsResolver, AutoCloseable {
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().name("millrace-names-", 0).daemon().factory());

  /* A bound on what is remembered. */
  private static final int MOST_SILENT = 1_000;

  private final Set<InetAddress> silent = ConcurrentHashMap.newKeySet();

  /**
   * Has Java ask for an unknown host whenever it is wanted: otherwise it would say for ten seconds that there is none, and
   * all retries would be in vain. To be called before any name is looked up.
   */
  static void askAgain() {
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }

  /** An address has not answered. */
  void keepsSilent(InetAddress address) {
    if (silent.size() < MOST_SILENT) {
      silent.add(address);
    }
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] found = find(host);
    if (found.length > 1 && !silent.isEmpty()) {
      Arrays.sort(found, Comparator.comparing(silent::contains));
    }
    return found;
  }

  private InetAddress[] find(String host) throws UnknownHostException {
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
