package io.millrace.bench.peer;

/**
 * What calls cost.
 *
 * @param micros the median of one call, if they come one after the other
 * @param perSecond how many, if there are always some waiting
 */
public record CallCosts(double micros, double perSecond) {}
