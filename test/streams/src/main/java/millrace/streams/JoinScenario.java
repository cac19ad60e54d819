package millrace.streams;

import static java.time.Duration.ofMillis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.ValueJoiner;
import org.apache.kafka.streams.state.Stores;

/** Joins: who meets whom, who is told as alone, and which version of a table counts. */
final class JoinScenario {
  private static final Consumed<String, String> STRINGS = Consumed.with(Serdes.String(), Serdes.String());
  private static final ValueJoiner<String, String, String> BOTH = (left, right) -> shown(left) + "+" + shown(right);
  /** Of versions: longer than any scenario. */
  private static final long HISTORY = 1_000_000;

  private JoinScenario() {}

  /** What was told after each record, in one line a record. */
  static ObjectNode run(ObjectNode scenario) {
    var lines = scenario.putArray("streams");
    try (var driver = Driven.driver(topology(scenario))) {
      var told = driver.createOutputTopic("told", Serdes.String().deserializer(), Serdes.String().deserializer());
      for (var record : scenario.withArray("records")) {
        var parts = record.asText().split(" ");
        var given = Given.parse(parts[1]);
        var input = driver.createInputTopic(parts[0], Serdes.String().serializer(), Serdes.String().serializer());
        input.pipeInput(given.key(), given.value(), given.time());
        lines.add(lineOf(told));
      }
    }
    return scenario;
  }

  private static String lineOf(TestOutputTopic<String, String> told) {
    return told.readRecordsToList().stream()
        .map(record -> record.key() + "=" + shown(record.value()) + "@" + record.timestamp())
        .collect(Collectors.joining(" "));
  }

  private static Topology topology(ObjectNode scenario) {
    var builder = new StreamsBuilder();
    var kind = scenario.get("kind").asText();
    var results = switch (scenario.get("join").asText()) {
      case "streams" -> streams(builder, kind, scenario);
      case "table" -> table(builder, kind, scenario);
      case "tables" -> tables(builder, kind).toStream();
      default -> throw new IllegalArgumentException("No join is called " + scenario.get("join"));
    };
    results.to("told", Produced.with(Serdes.String(), Serdes.String()));
    return builder.build();
  }

  private static KStream<String, String> streams(StreamsBuilder builder, String kind, ObjectNode scenario) {
    var left = builder.stream("left", STRINGS);
    var right = builder.stream("right", STRINGS);
    var windows =
        JoinWindows.ofTimeDifferenceAndGrace(ofMillis(0), ofMillis(scenario.path("grace").asLong(0)))
            .before(ofMillis(scenario.get("before").asLong()))
            .after(ofMillis(scenario.get("after").asLong()));
    var strings = StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String());
    return switch (kind) {
      case "inner" -> left.join(right, BOTH, windows, strings);
      case "left" -> left.leftJoin(right, BOTH, windows, strings);
      default -> left.outerJoin(right, BOTH, windows, strings);
    };
  }

  private static KStream<String, String> table(StreamsBuilder builder, String kind, ObjectNode scenario) {
    var joined =
        Joined.with(Serdes.String(), Serdes.String(), Serdes.String(), "joined", ofMillis(scenario.path("grace").asLong(0)));
    var stream = builder.stream("left", STRINGS);
    var table = versioned(builder, "right");
    return kind.equals("left") ? stream.leftJoin(table, BOTH, joined) : stream.join(table, BOTH, joined);
  }

  private static KTable<String, String> tables(StreamsBuilder builder, String kind) {
    var left = versioned(builder, "left");
    var right = versioned(builder, "right");
    return switch (kind) {
      case "inner" -> left.join(right, BOTH);
      case "left" -> left.leftJoin(right, BOTH);
      default -> left.outerJoin(right, BOTH);
    };
  }

  private static KTable<String, String> versioned(StreamsBuilder builder, String topic) {
    var store = Stores.persistentVersionedKeyValueStore(topic + "-versions", ofMillis(HISTORY));
    return builder.table(topic, STRINGS, Materialized.<String, String>as(store));
  }

  private static String shown(String value) {
    return value == null ? "-" : value;
  }
}
