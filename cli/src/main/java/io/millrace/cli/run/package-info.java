/** {@code millrace run}: a command for each item of the input. */
@NullMarked
package io.millrace.cli.run;

import org.jspecify.annotations.NullMarked;
