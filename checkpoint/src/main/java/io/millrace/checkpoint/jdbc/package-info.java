/** Checkpoints in a SQLite file, or in PostgreSQL. */
@NullMarked
package io.millrace.checkpoint.jdbc;

import org.jspecify.annotations.NullMarked;
