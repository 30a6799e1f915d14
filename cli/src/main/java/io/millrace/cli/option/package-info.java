/** Values of options, as all commands read them. */
@NullMarked
package io.millrace.cli.option;

import org.jspecify.annotations.NullMarked;
