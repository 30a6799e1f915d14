/**
 * What stays alive: the memory of a run depends on its window and its concurrency only, and what is dropped
 * is collected. These tests count objects with the JVM's own class histogram, in a JVM of their own.
 */
package io.millrace.retention;
