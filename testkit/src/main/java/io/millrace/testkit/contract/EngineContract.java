package io.millrace.testkit.contract;

/** Everything that an entry point of an engine promises. */
public interface EngineContract
    extends BudgetContract,
        CheckpointContract,
        ConcurrencyContract,
        ContextContract,
        DrainContract,
        FailureContract,
        LimitContract,
        LiveContract,
        ListenerContract,
        OutcomeContract,
        RetryContract,
        SourceContract,
        StopContract,
        TimeContract,
        WindowContract,
        WorkersContract {}
