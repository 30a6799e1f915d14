package io.millrace.cli.http;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.impl.io.LenientHttpResponseParser;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.HttpMessageParserFactory;
import org.apache.hc.core5.http.io.SessionInputBuffer;

/** Reads status and headers of an answer, which are bounded together, too. */
final class HeadParser extends LenientHttpResponseParser {
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
    return super.parse(buffer, new BoundedInput(in));
  }
}
