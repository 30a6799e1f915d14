/** Holds the documentation to what tests run. */
@NullMarked
package io.millrace.examples.documentation;

import org.jspecify.annotations.NullMarked;
