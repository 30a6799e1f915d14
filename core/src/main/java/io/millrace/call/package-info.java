/**
 * Plain lists of values from lists of items: stored calls that shape what goes in and what comes out. Start
 * at {@link io.millrace.call.Call}.
 */
@NullMarked
package io.millrace.call;

import org.jspecify.annotations.NullMarked;
