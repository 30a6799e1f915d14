package io.millrace.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * A driver with a cluster of its own, which can be killed. Arguments: the address of the service, that of the database, the
 * number of items and of partitions, and where to write. Prints how many rows it has written, how many items they have, and how
 * many of them were in the checkpoint.
 */
final class StoringDriver {
  private StoringDriver() {}

  public static void main(String[] arguments) throws Exception {
    String output = arguments[4];
    try (SparkSession spark = Cluster.session().getOrCreate()) {
      ClusterCalls.storing(arguments[1])
          .map(
              spark
                  .range(0, Long.parseLong(arguments[2]), 1, Integer.parseInt(arguments[3]))
                  .as(Encoders.LONG()),
              ClusterCalls::client,
              ClusterCalls.get(arguments[0]),
              Encoders.STRING())
          .write()
          .mode(SaveMode.Overwrite)
          .parquet(output);
      Dataset<Row> written = spark.read().parquet(output);
      System.out.println(
          "rows "
              + written.count()
              + ", items "
              + written.select("item").distinct().count()
              + ", failures "
              + written.filter("status = 'FAILURE'").count()
              + ", right "
              + written.filter("value = concat('answer ', item)").count());
      System.out.println("restored " + written.filter("attempts = 0").count());
    }
  }
}
