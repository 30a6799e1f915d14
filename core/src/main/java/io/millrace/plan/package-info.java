/** What is asked of a run: immutable values, validated when they are made. */
@NullMarked
package io.millrace.plan;

import org.jspecify.annotations.NullMarked;
