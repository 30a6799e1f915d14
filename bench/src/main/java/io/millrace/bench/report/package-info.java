/** What comes out of it: tables, ratios, targets. */
@NullMarked
package io.millrace.bench.report;

import org.jspecify.annotations.NullMarked;
