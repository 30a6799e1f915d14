/** The program that a worker process runs. */
@NullMarked
package io.millrace.process.worker;

import org.jspecify.annotations.NullMarked;
