/**
 * What schedulers use that wait for permits without a thread, as a run does. SPI: most users need only {@link
 * io.millrace.limit}, whose methods wait in the calling thread. {@link io.millrace.limit.spi.RateQueue} and {@link
 * io.millrace.limit.spi.SemaphoreQueue} are a limit as its queue sees it; a {@link io.millrace.limit.spi.Waiter} is what users
 * implement;
 * a {@link io.millrace.limit.spi.PermitSource} is where a limit may get its permits from; the other types are made by the limits.
 */
@NullMarked
package io.millrace.limit.spi;

import org.jspecify.annotations.NullMarked;
