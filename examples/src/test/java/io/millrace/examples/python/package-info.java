/** What {@code docs/coming-from-python.md} shows. */
@NullMarked
package io.millrace.examples.python;

import org.jspecify.annotations.NullMarked;
