/** What {@code millrace spark} runs in the process that has Spark, and on its workers. */
@NullMarked
package io.millrace.cli.driver;

import org.jspecify.annotations.NullMarked;
