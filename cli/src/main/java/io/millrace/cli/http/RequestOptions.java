package io.millrace.cli.http;

import io.millrace.cli.option.WholeNumber;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.TextFile;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what all requests are like, and how they reach their servers. */
final class RequestOptions {
  @Option(
      names = "--header",
      paramLabel = "'Name: value'",
      converter = HeaderOption.class,
      description =
          "Send this header with every request; can be given several times. A line's own "
              + "header of that name replaces it. A redirect to another scheme, host or port gets none "
              + "but User-Agent, Accept, Accept-Language, Accept-Encoding and Content-Type.")
  private List<Header> headers = new ArrayList<>();

  @Option(
      names = "--header-file",
      paramLabel = "FILE",
      description =
          "Send the headers in this file, one a line: unlike arguments, it can be kept from "
              + "others. Blank lines and those that start with # are skipped.")
  private @Nullable Path headerFile;

  @Option(
      names = "--bearer-env",
      paramLabel = "NAME",
      description = "Send 'Authorization: Bearer ...' with the value of this environment variable.")
  private @Nullable String bearerVariable;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      converter = MethodName.class,
      description = "For lines that name none (default: GET, or POST where there is a body).")
  private @Nullable String method;

  @Option(
      names = "--data-template",
      paramLabel = "TEXT",
      description =
          "The body of lines that have none, with their fields in the places {field}, or {a.b} for one inside of "
              + "another. If it begins like JSON it has to be JSON, and values are put in as such: "
              + "{\"q\": {q}, \"to\": \"Dear {name}\"}.")
  private @Nullable String template;

  @Option(
      names = "--data-template-file",
      paramLabel = "FILE",
      description = "The same, read from a file.")
  private @Nullable Path templateFile;

  @Option(
      names = "--body-dir",
      paramLabel = "DIR",
      description =
          "Where the files are that lines name as 'bodyFile'; none may lead out of it. By default they may be "
              + "anywhere, and names count from the working directory.")
  private @Nullable Path bodyFolder;

  @Option(
      names = "--compressed",
      description = "Ask for compressed answers. Those in gzip and deflate are always unpacked.")
  private boolean compressed;

  @Option(
      names = "--http1.1",
      description = "Speak HTTP/1.1. That is all the command speaks; curl's commands may say so.")
  @SuppressWarnings("unused") // it changes nothing
  private boolean http11;

  @Option(
      names = "--max-redirects",
      paramLabel = "N",
      converter = WholeNumber.FromZero.class,
      description =
          "Redirects to follow in a row (default: ${DEFAULT-VALUE}); at 0 a redirect is an "
              + "answer. Each one is a request for all limits. None leads from https to http.")
  private int maxRedirects = 20;

  @Option(
      names = "--proxy",
      paramLabel = "URL",
      description =
          "Go through this proxy, for example http://proxy:3128. By default, as curl does, "
              + "through that of the variables http_proxy, https_proxy, all_proxy; never to the "
              + "hosts in no_proxy.")
  private @Nullable String proxy;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Trust the certificates in this PEM file, and no others.")
  private @Nullable Path caFile;

  @Option(names = "--insecure", description = "Trust every server, whatever its certificate.")
  private boolean insecure;

  /** Names what is read. */
  void addTo(UsedFiles files) {
    addTo(files, "--header-file", headerFile);
    addTo(files, "--data-template-file", templateFile);
    addTo(files, "--cacert", caFile);
  }

  private static void addTo(UsedFiles files, String option, @Nullable Path file) {
    if (file != null) {
      files.reads(option + " '" + file + "'", file);
    }
  }

  /** What is wrong with the options together. */
  Optional<String> conflict() {
    if (insecure && caFile != null) {
      return Optional.of("--insecure and --cacert exclude each other");
    }
    return template != null && templateFile != null
        ? Optional.of("--data-template and --data-template-file exclude each other")
        : Optional.empty();
  }

  int maxRedirects() {
    return maxRedirects;
  }

  /** The certificates to trust, byte for byte as they stand in their file; empty if there is no such file. */
  String authorities() throws MalformedInputException {
    Path file = caFile;
    return file == null
        ? ""
        : named("--cacert", () -> new String(Tls.read(file), StandardCharsets.ISO_8859_1));
  }

  Tls tls() throws MalformedInputException {
    if (insecure) {
      return Tls.insecure();
    }
    Path file = caFile;
    return file == null ? Tls.ofRuntime() : named("--cacert", () -> Tls.of(file));
  }

  Proxies proxies(Map<String, String> environment) throws MalformedInputException {
    return named(
        proxy == null ? "the proxy of the environment" : "--proxy",
        () -> Proxies.of(Optional.ofNullable(proxy), environment));
  }

  /** What lines get that do not say it themselves. */
  RequestForm form(Map<String, String> environment, UsedFiles files)
      throws MalformedInputException {
    List<Header> all = headers(environment);
    return new RequestForm(
        all, Optional.ofNullable(method), template(all), Optional.ofNullable(folder()), files);
  }

  /**
   * What all requests are like, as options that need neither files nor variables.
   *
   * @param form what lines get
   */
  List<String> withoutFiles(RequestForm form) throws MalformedInputException {
    List<String> all = new ArrayList<>();
    form.headers().forEach(each -> all.add("--header=" + each.name() + ": " + each.value()));
    Path file = templateFile;
    String text = file == null ? template : named("--data-template-file", () -> text(file));
    if (text != null) {
      all.add("--data-template=" + text);
    }
    return all;
  }

  private @Nullable Path folder() throws MalformedInputException {
    if (bodyFolder != null && !Files.isDirectory(bodyFolder)) {
      throw new MalformedInputException(
          "--body-dir '" + bodyFolder + "': no such directory; give the one that has the files");
    }
    return bodyFolder;
  }

  private Optional<DataTemplate> template(List<Header> all) throws MalformedInputException {
    Path file = templateFile;
    String option = file == null ? "--data-template" : "--data-template-file";
    String text = file == null ? template : named(option, () -> text(file));
    if (text == null) {
      return Optional.empty();
    }
    Optional<String> type =
        all.stream()
            .filter(header -> header.isNamed("Content-Type"))
            .map(Header::value)
            .findFirst();
    return Optional.of(named(option, () -> DataTemplate.parse(text, type)));
  }

  private static String text(Path file) throws MalformedInputException {
    try {
      return TextFile.read(file);
    } catch (IOException unreadable) {
      throw new MalformedInputException("cannot read '" + file + "': " + FileReason.of(unreadable));
    }
  }

  /** The headers of all requests. */
  private List<Header> headers(Map<String, String> environment) throws MalformedInputException {
    List<Header> all = new ArrayList<>(headers);
    if (headerFile != null) {
      Path file = headerFile;
      all.addAll(named("--header-file", () -> inFile(file)));
    }
    if (bearerVariable != null) {
      String token = environment.get(bearerVariable);
      if (token == null || token.isBlank()) {
        throw new MalformedInputException(
            "--bearer-env: there is no such variable, or it is empty:"
                + " it takes the name of a variable, not the token");
      }
      Header bearer = new Header("Authorization", "Bearer " + token.strip());
      all.add(named("--bearer-env", bearer::checked));
    }
    if (compressed && all.stream().noneMatch(header -> header.isNamed("Accept-Encoding"))) {
      all.add(new Header("Accept-Encoding", "gzip, deflate"));
    }
    return List.copyOf(all);
  }

  private static List<Header> inFile(Path file) throws MalformedInputException {
    List<Header> all = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        all.add(named("line " + number, () -> Header.parse(text)));
      }
    }
    return all;
  }

  private static List<String> lines(Path file) throws MalformedInputException {
    try {
      return TextFile.read(file).lines().toList();
    } catch (IOException unreadable) {
      // perhaps it is not the name of a file, but a header
      throw new MalformedInputException(
          "cannot read that file ("
              + FileReason.of(unreadable)
              + "); it takes the name of a file, not a header");
    }
  }

  /** Something that reads a value. */
  @FunctionalInterface
  private interface Reading<T> {
    T read() throws MalformedInputException;
  }

  private static <T> T named(String where, Reading<T> reading) throws MalformedInputException {
    try {
      return reading.read();
    } catch (MalformedInputException error) {
      throw new MalformedInputException(where + ": " + error.problem());
    }
  }
}
