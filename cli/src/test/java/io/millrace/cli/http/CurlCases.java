package io.millrace.cli.http;

import io.millrace.cli.RawServer;
import io.millrace.cli.RawServer.Answer;
import io.millrace.cli.RawServer.Seen;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What is asked of curl and of the command alike. */
final class CurlCases {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

  private CurlCases() {}

  /**
   * One case. In arguments and line, {@code HOST} stands for the server's host and port, and {@code FILE} for a file with
   * one byte, a b.
   *
   * @param curl curl's arguments
   * @param line the command's line of input
   */
  record Case(
      String name, List<String> curl, String line, List<String> options, RawServer.Script script) {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    addMethods(all);
    addLocations(all);
    addUrls(all);
    addTransfers(all);
    addRetries(all);
    return all;
  }

  private static List<String> curl(String method, String url, String... options) {
    List<String> args = new ArrayList<>(List.of("-L", "-g"));
    args.addAll(List.of(options));
    switch (method) {
      case "GET" -> {}
      case "HEAD" -> args.add("-I");
      case "POST" -> args.addAll(List.of("--data", "b"));
      case "PUT" -> args.addAll(List.of("-T", "FILE"));
      default -> args.addAll(List.of("-X", method, "--data", "b"));
    }
    args.add(url);
    return args;
  }

  private static String line(String method, String url) {
    boolean hasBody = !method.equals("GET") && !method.equals("HEAD");
    String body = hasBody ? ", \"body\": \"b\"" : "";
    return "{\"method\": \"" + method + "\", \"url\": \"" + url + "\"" + body + "}";
  }

  private static void addMethods(List<Case> all) {
    for (int status : List.of(300, 301, 302, 303, 307, 308)) {
      for (String method : METHODS) {
        String url = "http://HOST/start?q";
        all.add(
            new Case(
                "redirect " + status + " " + method,
                curl(method, url),
                line(method, url),
                List.of(),
                (request, number, answer) -> redirect(number, answer, status, "/next?r")));
      }
    }
  }

  private static void redirect(int number, Answer answer, int status, String location)
      throws IOException {
    if (number == 1) {
      answer.send(status, "", "Location: " + location);
    } else {
      answer.send(200, "");
    }
  }

  private static void addLocations(List<Case> all) {
    List<String> locations =
        List.of(
            "next",
            "./next",
            "../next",
            "../../next",
            "../../../../next",
            "/next",
            "/a/../next",
            "/a/./next",
            "/a/b/..",
            "/a/b/.",
            ".",
            "..",
            "./",
            "../",
            "?page=2",
            "?",
            "#part",
            "next#part",
            "next?a=b#part",
            "?a=b#part",
            "//HOST/next",
            "//HOST",
            "http://HOST/next",
            "http://HOST",
            "http://HOST?x=1",
            "http://HOST/next#part",
            "HTTP://HOST/next",
            "http://HOST/a/../next",
            "http://HOST/a%2Fb",
            "/a%20b",
            "/a b",
            "/a b?c d",
            "/a|b",
            "/a{b}",
            "/a\"b",
            "/a<b>",
            "/a^b",
            "/a`b",
            "/a\\b",
            "/a[b]",
            "/100%",
            "/%zz",
            "/\u00c3\u00a4",
            "/\u00e4",
            "/?q=\u00c3\u00a4",
            "/a;b=c",
            "/a:b",
            "a:b/c",
            "./a:b",
            "/a//b",
            "//HOST//a",
            "/next?a=http://x/",
            "/next?../..",
            "/a+b?c+d",
            "/a&b=c",
            "/a,b",
            "/~a",
            "/a*b",
            "/a'b",
            "/a(b)",
            "/a!b",
            "/a$b",
            "/a@b",
            "  /next",
            "/next  ",
            "\t/next",
            "",
            "http:/HOST/next",
            "ftp://HOST/next",
            "http://",
            "mailto:x@y",
            "/a/b/../../../c",
            "/.../a",
            "/..a",
            "/a..",
            "/.a/",
            "http://user:pw@HOST/next",
            "?q#f?g",
            "/a?b?c");
    for (String location : locations) {
      String url = "http://HOST/dir/start?q";
      all.add(
          new Case(
              "location " + location.replace("\t", "\\t"),
              curl("GET", url),
              url,
              List.of(),
              (request, number, answer) ->
                  redirect(
                      number,
                      answer,
                      302,
                      location.replace("HOST", request.header("host").orElse("")))));
    }
  }

  private static void addUrls(List<Case> all) {
    List<String> urls =
        List.of(
            "http://HOST",
            "http://HOST/",
            "http://HOST?x=1",
            "http://HOST/?",
            "http://HOST#x",
            "http://HOST/#x",
            "http://HOST/a?b#c",
            "HTTP://HOST/a",
            "http://HOST/a/../b",
            "http://HOST/../a",
            "http://HOST/a/./b/",
            "http://HOST/a/..",
            "http://HOST//a//b",
            "http://HOST/%41%2f",
            "http://HOST/%zz",
            "http://HOST/100%",
            "http://HOST/a|b",
            "http://HOST/a{b}",
            "http://HOST/a[b]",
            "http://HOST/?a[]=1",
            "http://HOST/a^b",
            "http://HOST/a~b",
            "http://HOST/a`b",
            "http://HOST/a'b",
            "http://HOST/a;b",
            "http://HOST/a:b@c",
            "http://HOST/a+b",
            "http://HOST/?a+b",
            "http://HOST/?a=b&c=d",
            "http://HOST/?a=http://x/y",
            "http://HOST/\u00e4",
            "http://HOST/?\u00e4",
            "http://u:p@HOST/",
            "http://u@HOST/",
            "http://u:@HOST/",
            "http://u:p%40q@HOST/",
            "http://HOST/a?b?c",
            "http:/HOST/a",
            "http:///HOST/a",
            "http://HOST/a\\\\b",
            "http://HOST/%",
            "http://HOST/*",
            "http://HOST/a=b",
            "http://HOST/$a",
            "http://HOST/?%20");
    for (String url : urls) {
      all.add(
          new Case(
              "url " + url,
              curl("GET", url.replace("\\\\", "\\")),
              "{\"url\": \"" + url + "\"}",
              List.of(),
              (request, number, answer) -> answer.send(200, "")));
    }
  }

  private static void addTransfers(List<Case> all) {
    add(
        all,
        "chain",
        (request, number, answer) -> redirect(number < 4 ? 1 : 2, answer, 302, "/n" + number));
    for (String answer :
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nT: r\r\n\r\n",
            "HTTP/1.1 204 No\r\n\r\n",
            "HTTP/1.1 304 Not\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 299 Odd\r\nContent-Length: 0\r\n\r\n")) {
      add(
          all,
          "answer " + answer.replace("\r\n", "\\r\\n"),
          (request, number, out) -> out.write(answer));
    }
  }

  private static void add(List<Case> all, String name, RawServer.Script script) {
    String url = "http://HOST/start";
    all.add(new Case(name, curl("GET", url), url, List.of(), script));
  }

  private static void addRetries(List<Case> all) {
    for (int status : List.of(400, 404, 408, 425, 429, 500, 501, 502, 503, 504, 505)) {
      addRetry(all, "GET", "status " + status, (number, answer) -> answer.send(status, ""));
    }
    for (String method : List.of("POST", "PUT", "DELETE")) {
      addRetry(all, method, "status 503", (number, answer) -> answer.send(503, ""));
      addRetry(all, method, "status 429", (number, answer) -> answer.send(429, ""));
      addRetry(all, method, "status 500", (number, answer) -> answer.send(500, ""));
    }
    for (String method : List.of("GET", "POST")) {
      addRetry(all, method, "reset", (number, answer) -> answer.reset());
      addRetry(all, method, "close", (number, answer) -> answer.close());
      addRetry(
          all,
          method,
          "reset in the status line",
          (number, answer) -> answer.write("HTTP/1.1 2").reset());
      addRetry(
          all,
          method,
          "reset in the headers",
          (number, answer) -> answer.write("HTTP/1.1 200 OK\r\nX: y").reset());
      addRetry(
          all,
          method,
          "close in the body",
          (number, answer) ->
              answer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab").close());
      addRetry(
          all,
          method,
          "close in a chunk",
          (number, answer) ->
              answer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab").close());
    }
  }

  /** What happens the first time. */
  private interface First {
    void happen(int number, Answer answer) throws IOException;
  }

  private static void addRetry(List<Case> all, String method, String name, First first) {
    String url = "http://HOST/retry";
    all.add(
        new Case(
            "retry " + method + " " + name,
            curl(method, url, "--retry", "1", "--retry-delay", "1", "--retry-all-errors"),
            line(method, url),
            List.of("--retries", "1"),
            (Seen request, int number, Answer answer) -> {
              if (number == 1) {
                first.happen(number, answer);
              } else {
                answer.send(200, "");
              }
            }));
  }
}
