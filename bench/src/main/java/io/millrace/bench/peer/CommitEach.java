package io.millrace.bench.peer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;

/** As pyarallel does it: a row of a SQLite file for each result, and a commit for each row; one query an item to have it back. */
final class CommitEach implements Keeper {
  private static final int ENOUGH = 2_000;

  @Override
  public String name() {
    return "commitEach";
  }

  @Override
  public int most(int items) {
    return Math.min(items, ENOUGH);
  }

  @Override
  public Kept measure(Path directory, int items, int concurrency, byte[] value) throws Exception {
    HeldBack held = new HeldBack(items);
    ReentrantLock lock = new ReentrantLock(); // a connection is for one thread at a time
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("run"));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("CREATE TABLE results (item INTEGER PRIMARY KEY, value BLOB)");
      try (PreparedStatement insert =
              connection.prepareStatement("INSERT OR REPLACE INTO results VALUES (?, ?)");
          PreparedStatement select =
              connection.prepareStatement("SELECT value FROM results WHERE item = ?")) {
        long start = System.nanoTime();
        Loops.run(
            items,
            concurrency,
            item -> {
              held.ended(item);
              lock.lock();
              try {
                insert.setInt(1, item);
                insert.setBytes(2, value);
                insert.executeUpdate();
              } finally {
                lock.unlock();
              }
              held.taken(item);
            });
        double nanos = (double) (System.nanoTime() - start) / items;
        start = System.nanoTime();
        for (int item = 0; item < items; item++) {
          select.setInt(1, item);
          try (ResultSet row = select.executeQuery()) {
            if (!row.next() || row.getBytes(1).length != value.length) {
              throw new IllegalStateException("item " + item + " is not there");
            }
          }
        }
        double again = (double) (System.nanoTime() - start) / items;
        return new Kept(nanos, held.millis(), again);
      }
    }
  }
}
