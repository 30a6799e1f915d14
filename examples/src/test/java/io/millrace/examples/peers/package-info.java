/** What {@code docs/coming-from-java.md} shows. */
@NullMarked
package io.millrace.examples.peers;

import org.jspecify.annotations.NullMarked;
