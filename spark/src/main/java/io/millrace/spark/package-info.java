/**
 * Runs an action over the rows of a Spark {@code Dataset} or RDD, on the workers of a cluster: start at {@link
 * io.millrace.spark.SparkParallel}.
 */
@NullMarked
package io.millrace.spark;

import org.jspecify.annotations.NullMarked;
