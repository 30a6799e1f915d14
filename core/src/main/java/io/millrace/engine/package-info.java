/** The engine: not exported, free to change. */
@NullMarked
package io.millrace.engine;

import org.jspecify.annotations.NullMarked;
