/** What the answers of a server say about its limits: whether and when to come back, and how much is left. */
@NullMarked
package io.millrace.signal;

import org.jspecify.annotations.NullMarked;
