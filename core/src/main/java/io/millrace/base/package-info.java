/**
 * What every package stands on: argument checks, the lock, texts. Exported to {@code io.millrace.process} only.
 */
@NullMarked
package io.millrace.base;

import org.jspecify.annotations.NullMarked;
