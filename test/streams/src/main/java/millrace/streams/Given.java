package millrace.streams;

import java.util.regex.Pattern;

/** A record as a scenario writes it: {@code key=value@time}; a value of {@code -} is a tombstone. */
record Given(String key, String value, long time) {
  private static final Pattern FORM = Pattern.compile("(\\w+)=(\\w+|-)@(-?\\d+)");

  static Given parse(String text) {
    var found = FORM.matcher(text);
    if (!found.matches()) throw new IllegalArgumentException("'" + text + "' is no record: write key=value@time");
    return new Given(found.group(1), found.group(2).equals("-") ? null : found.group(2), Long.parseLong(found.group(3)));
  }
}
