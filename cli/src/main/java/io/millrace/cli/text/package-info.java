/** Lines of bytes and objects of JSON: how all commands read and write them. */
@NullMarked
package io.millrace.cli.text;

import org.jspecify.annotations.NullMarked;
