package io.millrace.architecture;

import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What users can see, line by line, beside what was agreed: {@code api} has both. */
class PublicInterfaceTest {

  @DisplayName("L7: the public interface changes on purpose only")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void isWhatWasAgreed(Library library) throws IOException {
    library.visible().check(library.name().toLowerCase(Locale.ROOT), ArchitectureTest.project());
  }
}
