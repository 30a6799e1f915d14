package io.millrace.checkpoint.json;

import io.millrace.checkpoint.Codec;
import java.util.Objects;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps values as JSON, of a type that is given beforehand: what is read names no classes, so stored data cannot choose what
 * is created. Records, beans, collections, strings, numbers and what else Jackson knows. Immutable and thread-safe.
 *
 * <p>A value comes back as its JSON gives it. What the JSON leaves out is lost: a class that is not that of the type, a field
 * that Jackson does not see. If the type changes, change the version of the checkpoint's name.
 *
 * @param <R> the values
 */
public final class JsonCodec<R> implements Codec<R> {
  /* It keeps no names of fields, which values such as maps may have without bound. */
  private static final JsonMapper PLAIN =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                  .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                  .build())
          .build();

  private final JavaType type;
  private final ObjectWriter writer;
  private final ObjectReader reader;

  private JsonCodec(JsonMapper mapper, JavaType type) {
    this.type = type;
    writer = mapper.writerFor(type);
    reader = mapper.readerFor(type);
  }

  /** For values of a class, for example {@code JsonCodec.of(Answer.class)}. */
  public static <R> JsonCodec<R> of(Class<R> type) {
    Objects.requireNonNull(type, "type");
    return of(type, PLAIN);
  }

  /**
   * For values of a class, written and read by a mapper of one's own.
   *
   * @param mapper for example one with modules or other names of fields; whether it keeps the names that it reads, as
   *     Jackson does by default, is its own setting
   */
  public static <R> JsonCodec<R> of(Class<R> type, JsonMapper mapper) {
    return new JsonCodec<>(mapper, mapper.constructType(Objects.requireNonNull(type, "type")));
  }

  /** For values of a generic type: {@code JsonCodec.of(new TypeReference<List<Answer>>() {})}. */
  public static <R> JsonCodec<R> of(TypeReference<R> type) {
    Objects.requireNonNull(type, "type");
    return of(type, PLAIN);
  }

  /**
   * For values of a generic type, written and read by a mapper of one's own.
   *
   * @param mapper for example one with modules or other names of fields; whether it keeps the names that it reads, as
   *     Jackson does by default, is its own setting
   */
  public static <R> JsonCodec<R> of(TypeReference<R> type, JsonMapper mapper) {
    return new JsonCodec<>(mapper, mapper.constructType(Objects.requireNonNull(type, "type")));
  }

  @Override
  public byte[] encode(R value) {
    return writer.writeValueAsBytes(value);
  }

  @Override
  public R decode(byte[] bytes) {
    return reader.readValue(bytes);
  }

  /** The type. */
  @Override
  public String toString() {
    return "JSON of " + type.toCanonical();
  }
}
