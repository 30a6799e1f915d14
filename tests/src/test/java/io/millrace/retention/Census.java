package io.millrace.retention;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What is alive after a full collection.
 *
 * @param items instances of {@link Item}
 * @param library instances of the library's classes, by name
 * @param bytes all of the heap, without gaps
 * @param largest the classes that most of the heap is of
 */
record Census(long items, Map<String, Long> library, long bytes, String largest) {
  private static final String HERE = Census.class.getPackageName() + ".";

  /** Collects, and counts. */
  static Census take() {
    long items = 0;
    long bytes = 0;
    long filler = 0;
    Map<String, Long> library = new TreeMap<>();
    List<String> largest = new ArrayList<>();
    for (String line : histogram().split("\n")) {
      String[] columns = line.trim().split("\\s+");
      if (columns[0].equals("Total")) {
        bytes = Long.parseLong(columns[2]);
      } else if (columns[0].endsWith(":")) {
        long count = Long.parseLong(columns[1]);
        String type = columns[3];
        if (type.contains("jdk.internal.vm.Filler")) {
          filler +=
              Long.parseLong(
                  columns[2]); // gaps that the collector leaves: nothing is alive in them
          continue;
        }
        if (largest.size() < 5) {
          largest.add((Long.parseLong(columns[2]) >> 10) + " KB " + type);
        }
        if (type.equals(Item.class.getName())) {
          items = count;
        } else if (isOfTheLibrary(type)) {
          // A hidden class has a number in its name.
          library.merge(type.replaceFirst("/0x.*", ""), count, Long::sum);
        }
      }
    }
    return new Census(items, library, bytes - filler, String.join(", ", largest));
  }

  private static boolean isOfTheLibrary(String type) {
    return type.startsWith("io.millrace.")
        && !type.startsWith(HERE)
        && !type.startsWith("io.millrace.testkit.");
  }

  private static String histogram() {
    try {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
    } catch (JMException noSuchCommand) {
      throw new AssertionError(noSuchCommand);
    }
  }

  /** How many objects of the library are alive. */
  long objects() {
    return library.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The classes that most of the objects are of. */
  String most() {
    return library.entrySet().stream()
        .sorted(Comparator.comparing((Map.Entry<String, Long> each) -> -each.getValue()))
        .limit(6)
        .map(each -> each.getValue() + " " + each.getKey())
        .collect(Collectors.joining(", "));
  }
}
