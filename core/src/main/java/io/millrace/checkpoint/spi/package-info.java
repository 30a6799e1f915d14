/**
 * What a store of checkpoints has to do, and the values that it gets and gives. SPI: for those who write a store. Values and
 * interfaces; no threads.
 */
@NullMarked
package io.millrace.checkpoint.spi;

import org.jspecify.annotations.NullMarked;
