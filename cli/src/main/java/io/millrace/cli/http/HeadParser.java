package io.millrace.cli.http;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.HttpMessageParserFactory;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;

/**
 * Reads status and headers of an answer, which are bounded together, too, and end with an empty line (RFC 9112, section 8).
 * What begins with anything else than a status is no answer: it is not read further, since a server of another protocol,
 * such as SSH, may wait then.
 */
final class HeadParser extends DefaultHttpResponseParser {
  private static final String START = "HTTP/";
  private boolean hasBegun;

  private HeadParser(Http1Config bounds) {
    super(bounds);
  }

  /** Makes parsers with bounds on one header and on their number. */
  record Factory(Http1Config bounds) implements HttpMessageParserFactory<ClassicHttpResponse> {
    @Override
    public HttpMessageParser<ClassicHttpResponse> create() {
      return new HeadParser(bounds);
    }

    @Override
    @SuppressWarnings("deprecation") // the connection calls it
    public HttpMessageParser<ClassicHttpResponse> create(Http1Config same) {
      return create();
    }
  }

  @Override
  public ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in)
      throws IOException, HttpException {
    BoundedInput bounded = new BoundedInput(in);
    hasBegun = false;
    try {
      ClassicHttpResponse head = super.parse(buffer, bounded);
      if (!hasBegun || !bounded.isAtEnd()) {
        return head;
      }
    } catch (ParseException malformed) {
      if (!hasBegun || !bounded.isAtEnd()) {
        throw malformed;
      }
    }
    throw new ConnectionClosedException(); // it would be taken for the end of the headers
  }

  @Override
  protected ClassicHttpResponse createMessage(CharArrayBuffer line)
      throws IOException, HttpException {
    hasBegun = true;
    try {
      return super.createMessage(line);
    } catch (IllegalArgumentException noStatus) { // 000
      throw new ParseException("no status");
    } catch (ParseException malformed) {
      String start = line.substringTrimmed(0, line.length());
      // else it is of another protocol, whole or not
      hasBegun = start.startsWith(START) || START.startsWith(start);
      throw malformed;
    }
  }
}
