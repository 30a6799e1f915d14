package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.spark.SparkOutcome.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag;

class SparkOutcomeTest {
  /** Has no text. */
  private static final class Speechless extends Exception {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new AssertionError("no message");
    }
  }

  @Test
  @DisplayName("K2 rows go from process to process by either serializer of Spark")
  void eitherSerializer() {
    SparkConf conf = new SparkConf(false);
    for (Serializer serializer :
        List.of(new JavaSerializer(conf), (Serializer) new KryoSerializer(conf))) {
      SerializerInstance instance = serializer.newInstance();
      List<SparkOutcome<String, Long>> rows = new ArrayList<>();
      rows.add(new SparkOutcome<>("a", null, 1, 2, Status.SUCCESS, 3L, null, null, 1, 5));
      rows.add(new SparkOutcome<>("b", "k", 1, 3, Status.FAILURE, null, "E", "m", 4, 5));
      ByteBuffer bytes = instance.serialize(rows, ClassTag.Any());
      assertEquals(rows, instance.deserialize(bytes, ClassTag.Any()));
    }
  }

  @Test
  @DisplayName("K1 an error whose text cannot be had is a failed row all the same")
  void errorsWithoutText() {
    List<SparkOutcome<Long, Long>> rows =
        SparkParallel.of(() -> Parallel.of(1))
            .keepOpen(java.time.Duration.ZERO)
            .map(
                LocalSpark.session().range(1).as(org.apache.spark.sql.Encoders.LONG()),
                item -> {
                  if (item == 0) {
                    throw new Speechless();
                  }
                  return item;
                },
                org.apache.spark.sql.Encoders.LONG())
            .collectAsList();
    assertEquals("(no text: java.lang.AssertionError)", rows.getFirst().errorMessage());
  }
}
