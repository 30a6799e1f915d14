package io.millrace.outcome;

import io.millrace.base.HttpText;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** What messages show of the user's objects, which may be long, or have no text at all. */
final class Text {
  private static final int MOST = 200;

  private Text() {}

  static String of(@Nullable Object shown) {
    try {
      String text =
          shown instanceof HttpResponse<?> response
              ? HttpText.of(response) // that of the JDK may have secrets
              : String.valueOf(shown);
      return text.length() > MOST ? text.substring(0, MOST) + "..." : text;
    } catch (Throwable noText) { // two objects that print each other overflow the stack
      return shown == null ? "null" : "a " + shown.getClass().getName();
    }
  }
}
