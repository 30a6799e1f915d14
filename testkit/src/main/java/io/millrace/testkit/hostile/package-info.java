/** Code that misbehaves, and contracts that run an engine with such code around somebody's own parts. */
@NullMarked
package io.millrace.testkit.hostile;

import org.jspecify.annotations.NullMarked;
