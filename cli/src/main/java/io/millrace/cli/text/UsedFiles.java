package io.millrace.cli.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All files that a command reads and writes, so that none is written that it also needs for something else. They are compared before any of
 * them is opened for writing. Two names mean one file if they lead to it, by links of either kind. What is no regular file, such as a pipe, may
 * be used twice. Filled by one thread; then it does not change.
 */
public final class UsedFiles {
  private final List<Use> uses = new ArrayList<>();
  private final List<Names> reserved = new ArrayList<>();

  private enum How {
    READ,
    WRITTEN,
    /** It is open already: others may write to its end as well. */
    STREAM
  }

  private record Use(String what, How how, Path path, Place place) {}

  /**
   * Names that a command may make or remove in a folder.
   *
   * @param folder where it really is
   */
  private record Names(String what, Path folder, Predicate<String> are) {
    boolean have(Path real) {
      return folder.equals(real.getParent())
          && are.test(String.valueOf(Objects.requireNonNull(real.getFileName())));
    }
  }

  /**
   * Where a file is.
   *
   * @param real without links; of a file that is not there, its name in the real directory
   * @param key of the file system; empty if there is no such file, or none that has one
   */
  private record Place(Path real, Optional<Object> key) {
    private static final int MOST_LINKS = 40;

    /** Empty for what is there and is no regular file. */
    static Optional<Place> of(Path path) {
      BasicFileAttributes found = attributes(path);
      return found == null || found.isRegularFile()
          ? Optional.of(
              new Place(real(path), Optional.ofNullable(found).map(BasicFileAttributes::fileKey)))
          : Optional.empty();
    }

    private static @Nullable BasicFileAttributes attributes(Path path) {
      try {
        return Files.readAttributes(path, BasicFileAttributes.class);
      } catch (IOException notThere) {
        return null;
      }
    }

    private static Path real(Path path) {
      return real(path, MOST_LINKS);
    }

    /* A link to a file that is not there yet stands for that file. */
    private static Path real(Path path, int links) {
      Path absolute = path.toAbsolutePath();
      try {
        return absolute.toRealPath();
      } catch (IOException notThere) {
        Optional<Path> target = links == 0 ? Optional.empty() : target(absolute);
        if (target.isPresent()) {
          return real(absolute.resolveSibling(target.get()), links - 1);
        }
        Path name = absolute.getFileName();
        Path parent = absolute.getParent();
        return name == null || parent == null ? absolute : real(parent, links).resolve(name);
      }
    }

    private static Optional<Path> target(Path link) {
      try {
        return Optional.of(Files.readSymbolicLink(link));
      } catch (IOException | UnsupportedOperationException none) {
        return Optional.empty();
      }
    }
  }

  /**
   * A file that is read.
   *
   * @param what it is, in words: {@code the input 'urls.txt'}
   */
  public void reads(String what, Path file) {
    add(what, How.READ, file);
  }

  /** A file that is read, if that can be the name of one. */
  public void reads(String what, String file) {
    try {
      reads(what, Path.of(file));
    } catch (InvalidPathException noName) {
      // then nothing is read
    }
  }

  /** A file that is made, replaced, moved or removed. */
  public void writes(String what, Path file) {
    add(what, OpenFile.isOwnStream(file) ? How.STREAM : How.WRITTEN, file);
  }

  /** Files that are made or removed in a folder. */
  public void writesIn(String what, Path folder, Predicate<String> names) {
    reserved.add(new Names(what, Place.real(folder), names));
  }

  private void add(String what, How how, Path file) {
    Place.of(file).ifPresent(place -> uses.add(new Use(what, how, file, place)));
  }

  /** What would be written that is also something else, in words; empty if nothing would. */
  public Optional<String> conflict() {
    for (Use use : uses) {
      Optional<String> other =
          uses.stream()
              .filter(each -> each != use && mayNotBe(use, each) && isSame(use, each.place()))
              .map(Use::what)
              .findFirst()
              .or(() -> owner(use.place().real()));
      if (other.isPresent()) {
        return Optional.of(
            use.what() + " is also " + other.get() + ": give one of them another name");
      }
    }
    return Optional.empty();
  }

  /* Each pair is asked for in both orders: what is written is named first. */
  private static boolean mayNotBe(Use written, Use other) {
    return switch (written.how()) {
      case READ -> false;
      case WRITTEN -> true;
      case STREAM -> other.how() == How.READ;
    };
  }

  /** What a file is to the command, in words; empty if it is nothing. */
  public Optional<String> user(Path file) {
    return use(file, use -> true);
  }

  /** As what a command writes a file, in words; empty if it does not. */
  public Optional<String> writer(Path file) {
    return use(file, use -> use.how() != How.READ);
  }

  private Optional<String> use(Path file, Predicate<Use> counts) {
    return Place.of(file)
        .flatMap(
            place ->
                uses.stream()
                    .filter(use -> counts.test(use) && isSame(use, place))
                    .map(Use::what)
                    .findFirst()
                    .or(() -> owner(place.real())));
  }

  private Optional<String> owner(Path real) {
    return reserved.stream().filter(names -> names.have(real)).map(Names::what).findFirst();
  }

  /* The key of a file that was removed may be another one's by now. */
  private static boolean isSame(Use use, Place place) {
    return use.place().real().equals(place.real())
        || (place.key().isPresent()
            && use.place().key().equals(place.key())
            && Place.of(use.path()).map(Place::key).equals(Optional.of(place.key())));
  }
}
