package io.millrace.engine.claim;

import io.millrace.base.Quietly;
import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.RateQueue;
import io.millrace.limit.spi.Waiter;
import io.millrace.time.TimeSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An item that had to wait, or that is past its first attempt: what a claim's cell cannot hold. One
 * thread at a time has a ticket; the run's lock hands it on. Fields without a remark are that thread's.
 */
public final class Ticket {
  /** Stands in the cell of an item whose outcome will come by its ticket. */
  public static final Object WAITING = new Object();

  /** The place of a ticket that waits for no time. */
  public static final int NOT_QUEUED = -1;

  /** The rank of an item that is to be repeated, until its backoff ends. */
  public static final long UNRANKED = -1;

  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(Ticket.class, "held", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  public final long index;
  public final @Nullable Object item;

  public @Nullable Object key;
  public int attempts;

  /** When the first attempt started; meaningless before it. */
  public long firstStartNanos;

  /** When the last attempt ended; meaningless before that. */
  public long lastEndNanos;

  /** What the attempts so far threw, or rejections of what they returned: the latest ones. */
  public List<Throwable> errors = List.of();

  /** Why the item only has to be settled, for example because it was abandoned; otherwise null. */
  public @Nullable Condemnation condemned;

  /** What answered in place of an attempt whose worker was abandoned: then it is condemned as well; otherwise null. */
  public @Nullable SecondCall answer;

  /** What is to be called, if this stands for a hedge and not for an item; otherwise null. */
  public @Nullable SecondCall hedge;

  /** What the run knows of it by its checkpoint; null without one. */
  public @Nullable Mark mark;

  /** When its time is up, or it has waited too long; {@link Long#MAX_VALUE} if that does not end its wait. */
  public long endNanos = Long.MAX_VALUE;

  /** Whether that was so while it waited: it only has to be settled. Never goes back to false. */
  public boolean isOver;

  /** When the item may go on, or its wait for a worker ends; and its place among others of that time. */
  public long dueNanos;

  public long sequence;

  /** Its place among those that wait for their time. Guarded by the run's lock. */
  public int heapIndex = NOT_QUEUED;

  /** Its place among those who come to the limits: that of its reading, then that of each retry. */
  public long rank;

  public @Nullable Demand demand;

  /** Whether a permit for the next attempt was taken while it waited. */
  public boolean permitted;

  /** Whether it was granted what it waited for at a limit, and nobody has gone on with it since. */
  public boolean isGranted;

  /** Whether it has had to wait since its last attempt ended, and since when. */
  public boolean isHeldBack;

  public long heldBackSince;

  /* Guarded by the run's lock: its neighbours in a TicketChain. */
  boolean isChained;
  @Nullable Ticket nextChained;
  @Nullable Ticket previousChained;

  public @Nullable Object slotKey;

  /* Guarded by the lock of KeySlots. */
  public @Nullable SlotKey slot;
  public boolean hasSlot;
  @Nullable Ticket nextForSlot;
  @Nullable Ticket previousForSlot;
  public boolean isQueuedForSlot;

  /** Whether it is not waiting yet: a worker has it that has found no slot. Guarded by the same lock. */
  public boolean isLeavingForSlot;

  /* Written by the one who queues it, read by those who take it out. */
  public volatile @Nullable TicketQueue obstacle;
  public volatile @Nullable Waiter offer;

  /** Whether it waits for a permit that will not come in time. Guarded by the run's lock. */
  public boolean waitsInVain;

  /* Whether that has changed. Written by who queues it, before it waits so, and by who ends that. */
  public RateQueue.@Nullable Registration earlier;

  /* Guarded by the lock of WaitingList: its neighbours among the tickets that wait, and how many of its waits
   * have not ended there: a next one may begin before the end of the last one is noted; and for what it waits. */
  public @Nullable Ticket nextWaiting;
  public @Nullable Ticket previousWaiting;
  public boolean isWaiting;
  public int waits;
  public int cause;

  /* Both the worker and whoever abandons it free what the item holds: one of them takes it. No monitor: a limit asks under its
   * lock, and a virtual thread that waits for a monitor gives its carrier away. */
  private volatile int held;

  /* Written before the wait, read at its end. */
  private volatile TimeSource.@Nullable Timer expiry;

  public Ticket(long index, @Nullable Object item) {
    this.index = index;
    this.item = item;
  }

  /** Its mark, in a run with a checkpoint. */
  public Mark mark() {
    return Objects.requireNonNull(mark, "mark");
  }

  /** Whether the item only has to be settled: that takes no slot. */
  public boolean needsNoCall() {
    return isOver || condemned != null || (mark != null && mark.needsNoCall());
  }

  /** It has permits of its item's semaphore. */
  public void hold(int permits) {
    held = permits;
  }

  public boolean holds() {
    return held > 0;
  }

  /** How many permits of its item's semaphore to give back: once. */
  public int letGo() {
    return (int) HELD.getAndSet(this, 0);
  }

  public Object slotKey() {
    return Objects.requireNonNull(slotKey, "slotKey");
  }

  /** The wait ends when this timer rings. */
  public void expiry(TimeSource.Timer timer) {
    expiry = timer;
  }

  public void stopExpiry() {
    TimeSource.Timer timer = expiry;
    if (timer != null) {
      expiry = null;
      Quietly.cancel(timer::cancel);
    }
  }
}
