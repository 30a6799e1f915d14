package io.millrace.cli.driver;

import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.JsonObject.Field;
import io.millrace.cli.text.JsonText;
import io.millrace.cli.text.MalformedInputException;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Makes a row of a line of JSON: a column for each field that an answer has, and one for all that the line brought along. */
record Columns() implements Function<String, Row> {
  private static final String OTHERS = "fields";
  private static final String VALUE = "value";

  /** What they are called. */
  static StructType schema() {
    return new StructType()
        .add("id", DataTypes.StringType)
        .add("line", DataTypes.LongType)
        .add("url", DataTypes.StringType)
        .add("status", DataTypes.IntegerType)
        .add("redirects", DataTypes.IntegerType)
        .add("attempts", DataTypes.IntegerType)
        .add("millis", DataTypes.LongType)
        .add("error", DataTypes.StringType)
        .add("headers", DataTypes.StringType)
        .add("body", DataTypes.StringType)
        .add("bodyEncoding", DataTypes.StringType)
        .add("contentEncoding", DataTypes.StringType)
        .add(VALUE, DataTypes.StringType)
        .add(OTHERS, DataTypes.StringType);
  }

  @Override
  public Row call(String json) throws MalformedInputException {
    Map<String, Field> fields = new TreeMap<>(JsonObject.parse(json).fields());
    StructType schema = schema();
    Object[] values = new Object[schema.length()];
    for (int index = 0; index < values.length; index++) {
      String name = schema.fields()[index].name();
      Field field = name.equals(OTHERS) ? null : fields.remove(name);
      if (field != null) {
        values[index] = value(name, schema.fields()[index].dataType(), field);
      }
    }
    if (!fields.isEmpty()) {
      values[schema.fieldIndex(OTHERS)] = others(fields);
    }
    return RowFactory.create(values);
  }

  private static Object value(String name, DataType type, Field field) {
    if (type.equals(DataTypes.LongType)) {
      return Long.valueOf(field.json());
    }
    if (type.equals(DataTypes.IntegerType)) {
      return Integer.valueOf(field.json());
    }
    // what was selected may be a string or a number: it stays JSON
    return name.equals(VALUE) ? field.json() : field.text().orElse(field.json());
  }

  private static String others(Map<String, Field> fields) {
    StringWriter text = new StringWriter();
    JsonText json = new JsonText(text);
    String separator = "{";
    for (Map.Entry<String, Field> each : fields.entrySet()) {
      json.write(separator);
      json.quoted(each.getKey());
      json.write(":");
      json.json(each.getValue().json());
      separator = ",";
    }
    return text + "}";
  }
}
