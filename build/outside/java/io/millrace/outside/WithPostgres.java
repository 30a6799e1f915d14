package io.millrace.outside;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the constructor of a class of tests a {@link PostgresServer}; without one, leaves the class out and says so. */
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WithPostgres.Server.class)
public @interface WithPostgres {

  /** The one server of this JVM. */
  class Server implements ExecutionCondition, ParameterResolver {
    private static final AtomicBoolean SAID = new AtomicBoolean();
    private static final ExtensionContext.Namespace HERE =
        ExtensionContext.Namespace.create(Server.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (PostgresServer.programs().isPresent()) {
        return ConditionEvaluationResult.enabled("there is a PostgreSQL server");
      }
      String left =
          "PostgreSQL is not installed: the tests with PostgreSQL are LEFT OUT";
      if (!SAID.getAndSet(true)) {
        System.out.println("\n*** " + left + " ***\n");
      }
      return ConditionEvaluationResult.disabled(left);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == PostgresServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(HERE)
          .computeIfAbsent(PostgresServer.class, key -> start(), PostgresServer.class);
    }

    private static PostgresServer start() {
      try {
        return PostgresServer.start();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
