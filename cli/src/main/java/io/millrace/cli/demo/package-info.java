/** {@code millrace demo}: the naive way and Millrace against a server that pushes back. */
@NullMarked
package io.millrace.cli.demo;

import org.jspecify.annotations.NullMarked;
