package millrace.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers;

/**
 * What bench/kafka.ts compares Millrace with: {@code windows} counts by key in windows of a minute and tells each window
 * once, when it closes; {@code keys} counts by key for ever.
 *
 * <p>Kafka Streams as it comes, but for what is said here. One thread, as Millrace has one. Stores in memory with their
 * changelog, the quickest that Streams has. Its cache is on (10 MiB, the default), which spares it most updates of store,
 * changelog and suppression. Commits at the default of each guarantee: 100 ms exactly once, 30 s at least once. The
 * timestamp is the record's own: it decodes no value, while Millrace reads the time from the value. Replication factor
 * 1, since there is one broker. A group instance id, so that after a kill it need not wait for the session of the dead
 * to end. The JVM is the machine's default.
 *
 * <p>Each record it has counted is one that its topology has been through; {@code done} comes after the close, which
 * commits everything.
 */
public final class StreamsRival {
  private static long seen;

  public static void main(String[] args) throws InterruptedException {
    var given = new Given(args);
    var builder = new StreamsBuilder();
    var warm = new CountDownLatch(1);
    var all = new CountDownLatch(1);
    var input = builder
        .stream(given.input(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .peek((key, value) -> {
          seen++;
          if (seen == given.warmUp()) mark("warm", seen);
          if (seen == given.records()) all.countDown();
        });
    switch (given.mode()) {
      case "windows" -> windows(input, given.output());
      case "final" -> {
        var minute = Duration.ofMinutes(1);
        input.groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray())).windowedBy(TimeWindows.ofSizeWithNoGrace(minute)).emitStrategy(org.apache.kafka.streams.kstream.EmitStrategy.onWindowClose()).count().toStream().to(given.output(), Produced.with(WindowedSerdes.timeWindowedSerdeFrom(String.class, minute.toMillis()), Serdes.Long()));
      }
      case "keys" -> keys(input, given.output());
      default -> throw new IllegalArgumentException("No mode is called " + given.mode());
    }
    var streams = new KafkaStreams(builder.build(), given.properties());
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
      return null;
    });
    streams.start();
    all.await();
    streams.close(Duration.ofSeconds(30));
    mark("done", seen);
  }

  private static void windows(KStream<String, byte[]> input, String output) {
    var minute = Duration.ofMinutes(1);
    input
        .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .windowedBy(TimeWindows.ofSizeWithNoGrace(minute))
        .count()
        .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
        .toStream()
        .to(output, Produced.with(WindowedSerdes.timeWindowedSerdeFrom(String.class, minute.toMillis()), Serdes.Long()));
  }

  private static void keys(KStream<String, byte[]> input, String output) {
    input
        .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .count()
        .toStream()
        .to(output, Produced.with(Serdes.String(), Serdes.Long()));
  }

  /** A line for the process that measures: the clock and the processor time of this process so far, in milliseconds. */
  private static void mark(String at, long records) {
    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var cpu = system.getProcessCpuTime() / 1e6;
    System.out.printf("{\"at\":\"%s\",\"records\":%d,\"clock\":%.3f,\"cpu\":%.3f}%n", at, records, System.nanoTime() / 1e6, cpu);
  }

  private record Given(
      String mode, String guarantee, String brokers, String application, String input, String output, long records, long warmUp) {
    Given(String[] args) {
      this(args[0], args[1], args[2], args[3], args[4], args[5], Long.parseLong(args[6]), Long.parseLong(args[7]));
    }

    Properties properties() {
      var properties = new Properties();
      properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
      properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
      properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
      properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
      properties.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, InMemoryDslStoreSuppliers.class);
      properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
      properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
      properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, application);
      return properties;
    }
  }
}
