/** What every package stands on: argument checks and the lock. Not exported. */
@NullMarked
package io.millrace.base;

import org.jspecify.annotations.NullMarked;
