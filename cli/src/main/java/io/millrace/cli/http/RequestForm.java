package io.millrace.cli.http;

import io.millrace.cli.text.UsedFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a request gets where its line does not say otherwise.
 *
 * @param headers what all requests send
 * @param method empty for GET, or POST where there is a body
 * @param template of the bodies of lines that have none
 * @param bodyFolder where the files are whose content is sent; empty if they may be anywhere
 * @param files of the command, which are not sent while it writes them
 */
record RequestForm(
    List<Header> headers,
    Optional<String> method,
    Optional<DataTemplate> template,
    Optional<Path> bodyFolder,
    UsedFiles files) {
  /** Only headers. */
  static RequestForm of(List<Header> headers) {
    return new RequestForm(
        headers, Optional.empty(), Optional.empty(), Optional.empty(), new UsedFiles());
  }
}
