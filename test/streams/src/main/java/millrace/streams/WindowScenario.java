package millrace.streams;

import static java.time.Duration.ofMillis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;

/** Windows: which values lie in them, when they are told, and which records are late. */
final class WindowScenario {
  private final ObjectNode scenario;
  private final List<String> told = new ArrayList<>();
  private boolean folded;

  private WindowScenario(ObjectNode scenario) {
    this.scenario = scenario;
  }

  static ObjectNode run(ObjectNode scenario) {
    return new WindowScenario(scenario).run();
  }

  /** What was told after each record, in one line a record; {@code late} where no window took it. */
  private ObjectNode run() {
    var builder = new StreamsBuilder();
    var records = builder.stream("input", Consumed.with(Serdes.String(), Serdes.String()));
    var updates = table(records.groupByKey(Grouped.with(Serdes.String(), Serdes.String())));
    var onClose = scenario.get("emit").asText().equals("close");
    (onClose ? updates.suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded())) : updates)
        .toStream()
        .foreach((window, values) -> told.add(shown(window, values)));
    var lines = scenario.putArray("streams");
    try (var driver = Driven.driver(builder.build())) {
      var input = driver.createInputTopic("input", Serdes.String().serializer(), Serdes.String().serializer());
      for (var record : scenario.withArray("records")) lines.add(lineOf(input, Given.parse(record.asText())));
    }
    return scenario;
  }

  private String lineOf(TestInputTopic<String, String> input, Given record) {
    folded = false;
    told.clear();
    input.pipeInput(record.key(), record.value(), record.time());
    if (!folded) told.add("late");
    return String.join(" ", told);
  }

  /**
   * On close by suppressing updates until then. The newer strategy that emits on close reads its store once it holds the
   * record that closes, and what that record has made older than size and grace it does not find: after a leap of time it
   * tells nothing.
   */
  private KTable<Windowed<String>, String> table(KGroupedStream<String, String> records) {
    var windows = scenario.get("windows");
    var grace = ofMillis(windows.path("grace").asLong(0));
    switch (windows.get("kind").asText()) {
      case "tumbling", "hopping" -> {
        var size = ofMillis(windows.get("size").asLong());
        var every = windows.has("every") ? ofMillis(windows.get("every").asLong()) : size;
        var hopping = TimeWindows.ofSizeAndGrace(size, grace).advanceBy(every);
        return records.windowedBy(hopping).aggregate(() -> "", this::add, Materialized.with(Serdes.String(), Serdes.String()));
      }
      case "sliding" -> {
        var sliding = SlidingWindows.ofTimeDifferenceAndGrace(ofMillis(windows.get("difference").asLong()), grace);
        return records.windowedBy(sliding).aggregate(() -> "", this::add, Materialized.with(Serdes.String(), Serdes.String()));
      }
      case "session" -> {
        var session = SessionWindows.ofInactivityGapAndGrace(ofMillis(windows.get("gap").asLong()), grace);
        return records
            .windowedBy(session)
            .aggregate(() -> "", this::add, (key, a, b) -> joined(a, b), Materialized.with(Serdes.String(), Serdes.String()));
      }
      default -> throw new IllegalArgumentException("No windows are called " + windows.get("kind"));
    }
  }

  private String add(String key, String value, String into) {
    folded = true;
    return joined(into, value);
  }

  private static String joined(String a, String b) {
    return Arrays.stream((a + "+" + b).split("\\+")).filter(part -> !part.isEmpty()).sorted().collect(Collectors.joining("+"));
  }

  /** Sliding and session windows contain their end, the others do not. {@code -} takes back what was told. */
  private String shown(Windowed<String> window, String values) {
    var kind = scenario.get("windows").get("kind").asText();
    var closing = kind.equals("sliding") || kind.equals("session") ? "]" : ")";
    var bounds = window.window().start() + "," + window.window().end() + closing;
    return window.key() + "[" + bounds + "=" + (values == null ? "-" : values);
  }
}
