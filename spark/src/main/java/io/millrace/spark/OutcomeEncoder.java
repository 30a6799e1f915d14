package io.millrace.spark;

import java.util.List;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.catalyst.encoders.AgnosticEncoder;
import org.apache.spark.sql.catalyst.encoders.AgnosticEncoders;
import org.apache.spark.sql.catalyst.encoders.AgnosticEncoders.EncoderField;
import org.apache.spark.sql.catalyst.encoders.AgnosticEncoders.JavaEnumEncoder;
import org.apache.spark.sql.catalyst.encoders.AgnosticEncoders.ProductEncoder;
import org.apache.spark.sql.types.Metadata;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;

/** Makes rows of outcomes. A record is to Spark what a case class is: accessors, and a constructor with the same order. */
final class OutcomeEncoder {
  private OutcomeEncoder() {}

  @SuppressWarnings({"unchecked", "rawtypes"})
  static <T extends @Nullable Object, R extends @Nullable Object> Encoder<SparkOutcome<T, R>> of(
      Encoder<T> items, Encoder<R> values) {
    AgnosticEncoder<String> text = (AgnosticEncoder) AgnosticEncoders.StringEncoder$.MODULE$;
    AgnosticEncoder<?> status =
        new JavaEnumEncoder<>(ClassTag.<SparkOutcome.Status>apply(SparkOutcome.Status.class));
    AgnosticEncoder<?> number = AgnosticEncoders.PrimitiveLongEncoder$.MODULE$;
    AgnosticEncoder<?> count = AgnosticEncoders.PrimitiveIntEncoder$.MODULE$;
    List<EncoderField> columns =
        List.of(
            column("item", AgnosticEncoders.agnosticEncoderFor(items), true),
            column("key", text, true),
            column("partition", count, false),
            column("position", number, false),
            column("status", status, false),
            column("value", nullable(values), true),
            column("errorType", text, true),
            column("errorMessage", text, true),
            column("attempts", count, false),
            column("elapsedMillis", number, false));
    return new ProductEncoder(
        ClassTag.apply(SparkOutcome.class),
        CollectionConverters.asScala(columns).toSeq(),
        Option.empty());
  }

  private static EncoderField column(String name, AgnosticEncoder<?> encoder, boolean isNullable) {
    return new EncoderField(
        name, encoder, isNullable, Metadata.empty(), Option.apply(name), Option.empty());
  }

  /* A failure has no value. */
  private static AgnosticEncoder<?> nullable(Encoder<?> values) {
    AgnosticEncoder<?> encoder = AgnosticEncoders.agnosticEncoderFor(values);
    if (encoder.isPrimitive() || encoder instanceof AgnosticEncoders.TransformingEncoder<?, ?>) {
      throw new IllegalArgumentException(
          "encoder must be one for values that can be null, because failures have none; not "
              + encoder
              + ". Use one of a boxed type, such as Encoders.LONG(), a bean or a Row; what Encoders.kryo and"
              + " Encoders.javaSerialization would store, return as bytes, with Encoders.BINARY()");
    }
    if (encoder instanceof AgnosticEncoders.JavaBeanEncoder<?> bean && bean.fields().isEmpty()) {
      throw new IllegalArgumentException(
          "encoder must have columns, but that of "
              + encoder.clsTag()
              + " has none: Encoders.bean looks for getters and setters, which a record does not have");
    }
    return encoder;
  }
}
