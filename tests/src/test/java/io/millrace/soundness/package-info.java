/**
 * What the engine does under saturation and against foreign code: for each fault that a plausible engine has,
 * the right behaviour.
 */
package io.millrace.soundness;
