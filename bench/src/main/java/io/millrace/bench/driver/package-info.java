/**
 * What calls Millrace. These classes are loaded once beside each version that is measured, so they keep
 * to API that the versions have in common.
 */
@NullMarked
package io.millrace.bench.driver;

import org.jspecify.annotations.NullMarked;
