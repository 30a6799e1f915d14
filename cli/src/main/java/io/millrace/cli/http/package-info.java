/** {@code millrace http}: performs HTTP requests that it reads line by line. */
@NullMarked
package io.millrace.cli.http;

import org.jspecify.annotations.NullMarked;
