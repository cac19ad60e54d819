package millrace.streams;

import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;

/** A topology under test, on the stores that it has by default, without a cache: so every update is told. */
final class Driven {
  private Driven() {}

  static TopologyTestDriver driver(Topology topology) {
    return new TopologyTestDriver(topology, properties());
  }

  /** On a wall clock that begins at {@code clock} and only the test moves. */
  static TopologyTestDriver driver(Topology topology, long clock) {
    return new TopologyTestDriver(topology, properties(), Instant.ofEpochMilli(clock));
  }

  private static Properties properties() {
    var properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "scenario");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    // Whom nobody met is told by the wall clock, once a second at most, unless this is 0; the driver's clock stands still.
    properties.put("__emit.interval.ms.kstreams.outer.join.spurious.results.fix__", 0L);
    properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    return properties;
  }
}
