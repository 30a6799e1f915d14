/** Items that travel together or by ticket, and who races for them: uses nothing else of the engine. */
@NullMarked
package io.millrace.engine.claim;

import org.jspecify.annotations.NullMarked;
