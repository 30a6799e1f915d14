package io.millrace.checkpoint.jdbc;

import java.sql.SQLException;

/**
 * The checkpoint is damaged: what was read contradicts itself, so its bytes have changed since they were written.
 */
final class DamageException extends SQLException {
  private static final long serialVersionUID = 1;

  DamageException(String what) {
    super(what);
  }
}
