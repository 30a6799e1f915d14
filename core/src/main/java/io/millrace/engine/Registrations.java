package io.millrace.engine;

import io.millrace.base.WhenCollected;
import io.millrace.engine.terms.Surrounding;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Mishaps;
import io.millrace.plan.RunControl;
import io.millrace.plan.StopToken;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The registrations of a run, from its beginning to its end, with what can stop or change it from outside: a token, a
 * control, and the scope in which it was started.
 */
final class Registrations {
  /* Written when the run begins, read when it is over. */
  private volatile StopToken.@Nullable Registration stop;
  private volatile StopToken.@Nullable Registration drain;
  private volatile RunControl.@Nullable Registration control;
  private volatile @Nullable Runnable leaveSurrounding;

  /**
   * Stops the run when one of them is cancelled. An executor is not kept by them: it is in use as long as its user, a
   * future that is not done, or a thread of its own reaches it. A run is kept, and its source closed at the
   * latest with them.
   */
  void register(Life life, Terms terms) {
    WeakEnds weak = terms.isTuned ? new WeakEnds(life, this) : null;
    Runnable cancel = weak == null ? life::cancel : weak;
    StopToken token = terms.config.stopToken;
    if (token != StopToken.none()) {
      drain = token.onDrain(weak == null ? life::drain : weak);
      stop = token.onStop(cancel);
    }
    RunControl controls = terms.config.control;
    if (controls != null) {
      control = controls.onChange(call -> life.follow(controls, call));
      life.begin(controls);
    }
    Surrounding around = terms.surrounding;
    if (around != null) {
      leaveSurrounding = around.onCancel(cancel);
    }
  }

  void leave() {
    leave(stop);
    leave(drain);
    RunControl.Registration controlled = control;
    if (controlled != null) {
      controlled.close();
    }
    Runnable leave = leaveSurrounding;
    if (leave != null) {
      Mishaps.survive(leave);
    }
  }

  private static void leave(StopToken.@Nullable Registration registration) {
    if (registration != null) {
      Mishaps.survive(registration::close);
    }
  }

  /** Held by the token or scope; takes itself off when the run is garbage. */
  private static final class WeakEnds extends WhenCollected<Life>
      implements Runnable, Consumer<Duration> {
    private final Registrations registrations;

    WeakEnds(Life life, Registrations registrations) {
      super(life);
      this.registrations = registrations;
    }

    @Override
    public void run() {
      Life life = get();
      if (life != null) {
        life.cancel();
      }
    }

    @Override
    public void accept(Duration grace) {
      Life life = get();
      if (life != null) {
        life.drain(grace);
      }
    }

    @Override
    protected void undo() {
      registrations.leave();
    }
  }
}
