package io.millrace.cli.run;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.cli.resume.GivenKey;
import io.millrace.cli.resume.KeyField;
import io.millrace.cli.resume.RunStore;
import io.millrace.cli.text.Credentials;
import io.millrace.cli.text.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the checkpoint of a run is of, and how it recognizes items: by a field, or else by their text. A number has no
 * part in that, so items may come in another order, and others may come between them.
 *
 * @param action the command, with those of its options that change what is kept
 * @param areBracesText whether the first item has decided that what looks like a field is text: with fields, the command is another
 *     one for each item
 */
record ResumableItems(String action, Optional<KeyField> key, boolean areBracesText) {
  /** The most bytes of each stream that a checkpoint keeps. */
  static final long MOST_OUTPUT = 8_000_000;

  private static final byte[] BRACES_ARE_TEXT = "--no-fields\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};

  static ResumableItems of(
      CommandForm form, String options, Optional<KeyField> key, boolean areBracesText) {
    String keyed = key.map(field -> " --key " + field.name()).orElse("");
    return new ResumableItems(
        "run" + options + keyed + " -- " + form.words().shown(), key, areBracesText);
  }

  /** How the run uses its store. */
  Checkpoint checkpoint(RunStore store) {
    return Checkpoint.of(store, store.name(), new AttemptCodec())
        .key(this::keyOf)
        .fingerprint(this::content);
  }

  /* The same record under other names is another item. Of passwords there is no digest either. */
  private byte[] content(Item item) {
    String text = new String(item.text(), StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(item.header());
    all.write('\n');
    all.writeBytes(areBracesText ? BRACES_ARE_TEXT : NOTHING);
    all.writeBytes(Credentials.withoutWebUsers(text).getBytes(StandardCharsets.ISO_8859_1));
    return all.toByteArray();
  }

  private String keyOf(Item item) {
    Optional<byte[]> value =
        key.isEmpty()
            ? Optional.of(item.text())
            : Optional.ofNullable(item.fields().get(key.get().name()));
    // one that has no key fails before its command, and is never found
    return item.problem().isPresent() || value.isEmpty()
        ? "item " + item.number()
        : Digest.bounded(GivenKey.of(value.get()), ItemId.LONGEST);
  }
}
