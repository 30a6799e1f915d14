package io.millrace.cli.http;

import io.millrace.cli.option.Rate;
import io.millrace.cli.option.WholeNumber;
import io.millrace.cli.resume.KeyField;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit.TokenBucket;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say what requests cost, where it is not the same for all. */
final class CostOptions {
  @Option(
      names = "--tokens",
      paramLabel = "RATE",
      converter = Rate.class,
      description =
          "Tokens spent in a time, for example 90000/m, beside --rate; those of one such time may be spent at "
              + "once. A line that costs more than that fails.")
  private @Nullable TokenBucket tokens;

  @Option(
      names = "--cost",
      paramLabel = "FIELD",
      converter = FieldName.class,
      description =
          "The field of a line that says what it costs (default: a fourth of the bytes of its body, at least 1).")
  private @Nullable KeyField field;

  @Option(
      names = "--usage",
      paramLabel = "POINTER",
      converter = Pointer.Converter.class,
      description =
          "Where an answer says what it did cost, as /usage/total_tokens: that counts in place of the estimate, "
              + "but takes no more from --tokens than may be spent at once.")
  private @Nullable Pointer usage;

  @Option(
      names = "--max-cost",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description =
          "Send nothing more when the next request would cost more than is left of these tokens.")
  private @Nullable Integer most;

  /** Reads the name of a field. */
  static final class FieldName implements ITypeConverter<KeyField> {
    @Override
    public KeyField convert(String text) {
      if (text.isBlank()) {
        throw new TypeConversionException(
            "it must be the name of a field, for example tokens or usage.total");
      }
      return new KeyField(text);
    }
  }

  /** What is wrong with the options together, and with those of answers. */
  Optional<String> conflict(AnswerOptions answers) {
    boolean areUsed = tokens != null || most != null;
    if (!areUsed && (field != null || usage != null)) {
      return Optional.of(
          (field != null ? "--cost" : "--usage") + " needs --tokens, as 90000/m, or --max-cost");
    }
    return usage != null && !answers.haveBodies()
        ? Optional.of("--usage reads bodies of answers: leave out --no-body or --save-dir")
        : Optional.empty();
  }

  /** What lines cost; empty if nobody counts it. */
  Optional<CostEstimate> estimate() {
    return tokens == null && most == null
        ? Optional.empty()
        : Optional.of(new CostEstimate(Optional.ofNullable(field), atOnce()));
  }

  private double atOnce() {
    return tokens == null ? Double.POSITIVE_INFINITY : burst(tokens);
  }

  private static double burst(TokenBucket rate) {
    return Math.max(1, rate.permits());
  }

  Optional<Pointer> usage() {
    return Optional.ofNullable(usage);
  }

  /** The limit on tokens. */
  Optional<TokenBucket> limit() {
    return Optional.ofNullable(tokens)
        .map(
            rate ->
                new TokenBucket(
                    rate.permits(), rate.period(), burst(rate), ofCalls((long) burst(rate))));
  }

  /** The most that a run may cost. */
  OptionalLong most() {
    return most == null ? OptionalLong.empty() : OptionalLong.of(most);
  }

  Optional<Budget> budget() {
    return Optional.ofNullable(most).map(all -> Budget.permits(all, ofCalls(all)));
  }

  /* What an answer says is the server's word: it takes no more than could be spent, and so holds up others for one period. */
  private static Cost ofCalls(long most) {
    return Cost.of((InputLine line) -> line.label().cost())
        .settling((InputLine line, Step step) -> Math.min(most, step.cost(line.label().cost())));
  }
}
