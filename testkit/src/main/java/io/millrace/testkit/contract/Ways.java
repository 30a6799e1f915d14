package io.millrace.testkit.contract;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** Multiplies a contract's entry points with the concurrencies that a test asks for. */
final class Ways implements ArgumentsProvider, AnnotationConsumer<Everywhere> {
  private int[] at = {};
  private Trait[] except = {};

  @Override
  public void accept(Everywhere everywhere) {
    at = everywhere.at();
    except = everywhere.except();
  }

  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    Contract contract = (Contract) context.getRequiredTestInstance();
    return contract.entryPoints().stream()
        .filter(entry -> Arrays.stream(except).noneMatch(entry.traits()::contains))
        .flatMap(this::ofEntry)
        .map(Arguments::of);
  }

  private Stream<Way> ofEntry(EntryPoint entry) {
    return Arrays.stream(at)
        .filter(many -> many <= entry.most())
        .mapToObj(many -> new Way(entry, many));
  }
}
