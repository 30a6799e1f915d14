package io.millrace.spark;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;

/** Says what to do about failures of jobs that Spark reports by the stack trace of a worker. */
final class JobFailures {
  private record Advice(Pattern sign, String text) {}

  private static final List<Advice> KNOWN =
      List.of(
          new Advice(
              Pattern.compile("UnsupportedClassVersionError"),
              "a worker has an older Java than the one that Millrace, or your program, was compiled for. Millrace needs Java 25.0.3 or"
                  + " later on all workers: install it there, or point spark.executorEnv.JAVA_HOME to it"),
          new Advice(
              Pattern.compile("ExceptionInInitializerError|Could not initialize class"),
              "a class of your program could not be initialized on a worker: a static initializer has thrown what stands below, the first"
                  + " time that the class was needed there"),
          new Advice(
              Pattern.compile(
                  "ClassNotFoundException|NoClassDefFoundError|cannot assign instance of java\\.lang\\.invoke\\.SerializedLambda"),
              "a worker lacks classes of your program or of Millrace: give Spark their jars, with spark.jars, --jars or"
                  + " SparkContext.addJar"),
          new Advice(
              Pattern.compile("NotSerializableException|had a not serializable result"),
              "rows are sent to the driver by Java serialization: let items and values be serializable, or write the rows to"
                  + " files and read them there"),
          new Advice(
              Pattern.compile("spark\\.driver\\.maxResultSize"),
              "Spark adds up the rows of all partitions, also of those that were handled: set spark.driver.maxResultSize to 0"));

  private JobFailures() {}

  /** The failure itself, or one that says first what to do. */
  static Exception explained(Throwable failure) {
    String text = textOf(failure);
    for (Advice advice : KNOWN) {
      if (advice.sign().matcher(text).find()) {
        return new SparkException(advice.text() + ". Spark says: " + failure.getMessage(), failure);
      }
    }
    return failure instanceof Exception exception
        ? exception
        : new SparkException("the job failed: " + failure, failure);
  }

  private static String textOf(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable each = failure;
        each != null && text.length() < 100_000;
        each = each.getCause()) {
      text.append(each).append('\n');
    }
    return text.toString();
  }
}
