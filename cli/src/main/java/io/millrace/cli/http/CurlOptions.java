package io.millrace.cli.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which options take the place of those of {@code curl} that this command does not have, or has under other names.
 */
public final class CurlOptions {
  private static final Map<String, String> INSTEAD = new HashMap<>();

  static {
    put("it is --header here, as in --header 'Accept: text/csv'", "-H");
    put("it is --method here, or the field 'method' of a line of JSON", "-X", "--request");
    put(
        "a body is the field 'body' of a line of JSON, or is made of its fields by --data-template",
        "-d",
        "--data",
        "--data-raw",
        "--data-ascii",
        "--data-binary",
        "--json");
    put("'form' is a field of a line of JSON", "-F", "--form", "--data-urlencode");
    put("a file to send is the field 'bodyFile' of a line of JSON", "-T", "--upload-file");
    put("'query' is a field of a line of JSON", "-G", "--get", "--url-query");
    put("it is --insecure here", "-k");
    put("it is --output here, for all answers; --save-dir makes a file for each", "-o");
    put("--save-dir makes a file for each answer", "-O", "--remote-name", "--output-dir");
    put(
        "user and password stand in the URL, or in a line of --header-file as 'Authorization: Basic ...'",
        "-u",
        "--user");
    put("redirects are followed: see --max-redirects", "-L", "--location");
    put("it is --proxy here", "-x");
    put("it is --header 'User-Agent: NAME' here", "-A", "--user-agent");
    put("it is --header 'Referer: URL' here", "-e", "--referer");
    put("it is a line of --header-file, as in 'Cookie: NAME=VALUE'", "-b", "--cookie");
    put("it is --header 'Range: bytes=0-99' here", "-r", "--range");
    put("it is --method HEAD here", "-I", "--head");
    put("--include NAME adds headers to answers; '*' is all", "-i");
    put("it is --quiet here", "-s", "--silent", "-S", "--show-error", "--progress-bar");
    put("an answer that is no success fails its line anyway: see --expect", "-f", "--fail");
    put("it is --timeout here", "-m", "--max-time", "--connect-timeout");
    put("it is --retries here", "--retry");
    put("pauses grow by themselves, and Retry-After is obeyed: see --retries", "--retry-delay");
    put("it is --item-timeout here", "--retry-max-time");
    put("it is --retry-unsafe here, and --retry-on names statuses", "--retry-all-errors");
    put("lost connections are always tried again: see --retries", "--retry-connrefused");
    put("it is the variable no_proxy here", "--noproxy");
    put("it is --max-body here", "--max-filesize");
    put("it is --jobs here", "-Z", "--parallel", "--parallel-max", "-j", "-P");
    put("--log FILE tells of each attempt", "-v", "--verbose", "--trace");
    put("answers are lines of JSON with their status and times", "-w", "--write-out");
    put("URLs stand in the input, one a line, or there is one argument", "--url", "-K", "--config");
  }

  private CurlOptions() {}

  private static void put(String instead, String... options) {
    List.of(options).forEach(option -> INSTEAD.put(option, instead));
  }

  /** What to do instead of giving this option. */
  public static Optional<String> instead(String option) {
    return Optional.ofNullable(INSTEAD.get(option));
  }
}
