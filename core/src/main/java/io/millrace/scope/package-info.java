/** Work that begins, ends and is cancelled together: cancel scopes and groups of tasks. */
@NullMarked
package io.millrace.scope;

import org.jspecify.annotations.NullMarked;
