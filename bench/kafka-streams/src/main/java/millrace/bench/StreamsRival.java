package millrace.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers;

/**
 * What bench/kafka.ts compares Millrace with. {@code suppress} and {@code final} count by key in windows of a minute and
 * tell each window once, when it closes: by suppressing its updates until then, or by the newer strategy that emits on
 * close, which looks once a second. {@code join} pairs two streams by key. {@code disk} counts by key
 * in RocksDB. {@code keys} counts by key for ever, and runs until it is killed.
 *
 * <p>Kafka Streams as it comes, but for this. One thread, as Millrace has one. Stores in memory with their changelog, the
 * quickest that it has; its cache is on (10 MiB, the default), which spares it most updates of store, changelog and
 * suppression. It commits at the default of each guarantee: each 100 ms exactly once, each 30 s at least once. The time
 * of a record is its timestamp: no value is decoded, while Millrace reads the time in the value. Replication factor 1,
 * since there is one broker. Where it is killed it has a group instance id, so that it need not wait for its dead
 * predecessor's session to end. The JVM chooses heap and collector.
 */
public final class StreamsRival {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration WITHIN = Duration.ofMillis(600);
  private static long seen;

  private StreamsRival() {}

  public static void main(String[] args) throws InterruptedException {
    var given = new Given(args);
    var all = new CountDownLatch(1);
    var builder = new StreamsBuilder();
    var stream = read(builder, given, given.input(), all);
    if (given.mode().equals("join")) joined(stream, read(builder, given, given.other(), all), given);
    else counted(stream, given);

    var streams = new KafkaStreams(builder.build(), given.properties());
    streams.setUncaughtExceptionHandler(StreamsRival::end);
    streams.start();
    all.await();
    if (!given.isKilled()) streams.close(); // which commits everything
    mark("done");
    if (given.isKilled()) new CountDownLatch(1).await();
  }

  private static KStream<String, byte[]> read(
      StreamsBuilder builder, Given given, String topic, CountDownLatch all) {
    return builder
        .stream(topic, Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .peek((key, value) -> count(given, all));
  }

  private static void counted(KStream<String, byte[]> stream, Given given) {
    var records = stream.groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()));
    switch (given.mode()) {
      case "suppress" -> told(windows(records).count().suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded())), given);
      case "final" -> told(windows(records).emitStrategy(EmitStrategy.onWindowClose()).count(), given);
      case "keys", "disk" -> records.count();
      default -> throw new IllegalArgumentException("No mode is called " + given.mode());
    }
  }

  private static void joined(KStream<String, byte[]> stream, KStream<String, byte[]> other, Given given) {
    stream
        .join(
            other,
            StreamsRival::both,
            JoinWindows.ofTimeDifferenceAndGrace(WITHIN, MINUTE),
            StreamJoined.with(Serdes.String(), Serdes.ByteArray(), Serdes.ByteArray()))
        .to(given.output(), Produced.with(Serdes.String(), Serdes.ByteArray()));
  }

  private static byte[] both(byte[] left, byte[] right) {
    var bytes = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, bytes, left.length, right.length);
    return bytes;
  }

  private static void count(Given given, CountDownLatch all) {
    seen++;
    if (seen == given.warmUp()) mark("warm");
    if (seen == given.records()) all.countDown();
  }

  private static TimeWindowedKStream<String, byte[]> windows(KGroupedStream<String, byte[]> records) {
    return records.windowedBy(TimeWindows.ofSizeWithNoGrace(MINUTE));
  }

  private static void told(KTable<Windowed<String>, Long> windows, Given given) {
    var keys = WindowedSerdes.timeWindowedSerdeFrom(String.class, MINUTE.toMillis());
    windows.toStream().to(given.output(), Produced.with(keys, Serdes.Long()));
  }

  private static StreamThreadExceptionResponse end(Throwable error) {
    error.printStackTrace();
    Runtime.getRuntime().halt(1);
    return null;
  }

  /** A line for the process that measures: a clock and the processor time of this process so far, in milliseconds. */
  private static void mark(String at) {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var line = "{\"at\":\"%s\",\"records\":%d,\"clock\":%.3f,\"cpu\":%.3f}%n";
    System.out.printf(Locale.ROOT, line, at, seen, System.nanoTime() / 1e6, system.getProcessCpuTime() / 1e6);
    System.out.flush();
  }

  private record Given(
      String mode,
      String guarantee,
      String brokers,
      String application,
      String folder,
      String input,
      String other,
      String output,
      long records,
      long warmUp) {
    Given(String[] args) {
      this(
          args[0], args[1], args[2], args[3], args[4], args[5], args[6], args[7],
          Long.parseLong(args[8]), Long.parseLong(args[9]));
    }

    boolean isKilled() {
      return mode.equals("keys");
    }

    Properties properties() {
      var properties = new Properties();
      properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
      properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
      properties.put(StreamsConfig.STATE_DIR_CONFIG, folder);
      properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
      properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
      // RocksDB else, which is what it takes by itself.
      if (!mode.equals("disk"))
        properties.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, InMemoryDslStoreSuppliers.class);
      properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
      properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
      if (isKilled()) properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, application);
      return properties;
    }
  }
}
