/**
 * Runs one action over many items: start at {@link io.millrace.Parallel}.
 *
 * <p>The words of this documentation, such as <i>item</i>, <i>attempt</i>, <i>outcome</i>, <i>slot</i>, <i>permit</i>,
 * <i>window</i> and <i>abandoned</i>, each stand for one thing. The page {@code docs/glossary.md} of the project explains them.
 */
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
