/** {@code millrace spark}: the same requests on the workers of a Spark cluster. Nothing here needs Spark's classes. */
@NullMarked
package io.millrace.cli.spark;

import org.jspecify.annotations.NullMarked;
