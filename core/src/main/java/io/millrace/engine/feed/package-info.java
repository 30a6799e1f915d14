/** Where items come from: sources as the engine reads them. */
@NullMarked
package io.millrace.engine.feed;

import org.jspecify.annotations.NullMarked;
