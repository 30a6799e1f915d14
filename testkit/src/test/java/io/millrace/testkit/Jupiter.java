package io.millrace.testkit;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.ConfigurationParameters;
import org.junit.platform.engine.DiscoveryFilter;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.OutputDirectoryCreator;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.store.Namespace;
import org.junit.platform.engine.support.store.NamespacedHierarchicalStore;

/** Runs a test class inside a test, to see what comes of its methods. */
final class Jupiter {
  private Jupiter() {}

  /** The results by the display names of the methods. */
  static Map<String, TestExecutionResult> run(Class<?> testClass) {
    Map<String, TestExecutionResult> results = new HashMap<>();
    JupiterTestEngine engine = new JupiterTestEngine();
    TestDescriptor tests = engine.discover(new Of(testClass), UniqueId.forEngine(engine.getId()));
    EngineExecutionListener listener =
        new EngineExecutionListener() {
          @Override
          public void executionFinished(TestDescriptor test, TestExecutionResult result) {
            results.put(test.getDisplayName(), result);
          }
        };
    try (var session = new NamespacedHierarchicalStore<Namespace>(null);
        var store = new NamespacedHierarchicalStore<>(session)) {
      engine.execute(
          ExecutionRequest.create(
              tests, listener, new Defaults(), new NoFiles(), store, CancellationToken.disabled()));
    }
    return results;
  }

  private record Of(Class<?> testClass) implements EngineDiscoveryRequest {
    @Override
    public <T extends DiscoverySelector> List<T> getSelectorsByType(Class<T> type) {
      DiscoverySelector selector = DiscoverySelectors.selectClass(testClass);
      return type.isInstance(selector) ? List.of(type.cast(selector)) : List.of();
    }

    @Override
    public <T extends DiscoveryFilter<?>> List<T> getFiltersByType(Class<T> type) {
      return List.of();
    }

    @Override
    public ConfigurationParameters getConfigurationParameters() {
      return new Defaults();
    }

    @Override
    public OutputDirectoryCreator getOutputDirectoryCreator() {
      return new NoFiles();
    }
  }

  private static final class Defaults implements ConfigurationParameters {
    @Override
    public Optional<String> get(String key) {
      return Optional.empty();
    }

    @Override
    public Optional<Boolean> getBoolean(String key) {
      return Optional.empty();
    }

    @Override
    public Set<String> keySet() {
      return Set.of();
    }
  }

  private static final class NoFiles implements OutputDirectoryCreator {
    @Override
    public Path getRootDirectory() {
      throw new UnsupportedOperationException("tests here write no files");
    }

    @Override
    public Path createOutputDirectory(TestDescriptor test) {
      throw new UnsupportedOperationException("tests here write no files");
    }
  }
}
