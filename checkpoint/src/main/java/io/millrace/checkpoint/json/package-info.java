/** Values of a checkpoint as JSON. */
@NullMarked
package io.millrace.checkpoint.json;

import org.jspecify.annotations.NullMarked;
