package io.millrace.cluster;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One JVM's access to a limit on a server: a connection, used by one thread at a time, made when it is needed, and given up
 * after each error, because nobody knows what is left in it, and after a time without use.
 *
 * @param <C> the connections
 */
abstract class ServerSession<C> implements PermitStore.Session {
  /* Servers, and what lies between, end connections that nobody uses, and do not always say so. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  final PermitStore store;
  final SharedLimit limit;

  /* Written by the leaser's thread, or by whoever opens this before that starts; read by whoever closes. */
  private volatile @Nullable C connection;
  private volatile boolean isClosed;
  /* When the connection was last used: whoever uses it writes and reads this. */
  private long usedAt;

  ServerSession(PermitStore store, SharedLimit limit) {
    this.store = store;
    this.limit = limit;
  }

  /** Makes a connection. */
  abstract C connect() throws Exception;

  /** Makes it ready for the first step; whoever closes this can end it meanwhile. */
  void prepare(C made) throws Exception {}

  /** Ends a connection, whatever it is doing. */
  abstract void end(C known) throws Exception;

  /** What an error says, and what to do about it. */
  abstract String text(Exception failure);

  /** What an error says, as the beginning of a sentence that goes on. */
  static String said(Exception failure) {
    return String.valueOf(failure.getMessage()).replaceFirst("[.\\s]+$", "");
  }

  /** Does something with the connection. Whatever fails is a {@link PermitStoreException}. */
  final <T> T attempt(Step<C, T> step) {
    try {
      requireOpen();
      T answer = step.on(connected());
      usedAt = nanoTime();
      return answer;
    } catch (PermitStoreException refused) {
      drop();
      throw refused;
    } catch (Exception failure) {
      drop();
      throw unusable(text(failure), failure);
    } catch (Error broken) {
      drop();
      throw broken;
    }
  }

  /** The limit cannot be used for this reason. */
  final PermitStoreException unusable(String reason, @Nullable Throwable cause) {
    return new PermitStoreException(
        "the shared limit " + limit.name() + " cannot use " + store + ": " + reason, cause);
  }

  long nanoTime() {
    return System.nanoTime();
  }

  private C connected() throws Exception {
    if (nanoTime() - usedAt > IDLE_NANOS) {
      drop();
    }
    C known = connection;
    if (known == null) {
      known = connect();
      connection = known;
      requireOpen(); // whoever closed this before could not see the connection
      prepare(known);
    }
    return known;
  }

  private void requireOpen() {
    if (isClosed) {
      throw new PermitStoreException(store + " was given up", null);
    }
  }

  private void drop() {
    C known = connection;
    connection = null;
    endQuietly(known);
  }

  private void endQuietly(@Nullable C known) {
    try {
      if (known != null) {
        end(known);
      }
    } catch (Exception lost) {
      // it is gone anyhow
    }
  }

  @Override
  public final void close() {
    isClosed = true;
    endQuietly(connection);
  }

  @Override
  public final String toString() {
    return store.toString();
  }

  /** Something that is done with a connection. */
  @FunctionalInterface
  interface Step<C, T> {
    T on(C connection) throws Exception;
  }
}
