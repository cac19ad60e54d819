package millrace.streams;

import static java.time.Duration.ofMillis;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Punctuators, scheduled with the first record: with which time they are called after each record or step of the clock. */
final class TimerScenario {
  private final ObjectNode scenario;
  private final List<String> told = new ArrayList<>();

  private TimerScenario(ObjectNode scenario) {
    this.scenario = scenario;
  }

  static ObjectNode run(ObjectNode scenario) {
    return new TimerScenario(scenario).run();
  }

  private ObjectNode run() {
    var builder = new StreamsBuilder();
    builder.stream("input", Consumed.with(Serdes.String(), Serdes.String())).process(Ticking::new);
    var lines = scenario.putArray("streams");
    try (var driver = Driven.driver(builder.build(), 0)) {
      var input = driver.createInputTopic("input", Serdes.String().serializer(), Serdes.String().serializer());
      for (var record : scenario.withArray("records")) lines.add(lineOf(driver, input, record.asText()));
    }
    return scenario;
  }

  private String lineOf(TopologyTestDriver driver, TestInputTopic<String, String> input, String text) {
    told.clear();
    if (text.startsWith("+")) driver.advanceWallClockTime(ofMillis(Long.parseLong(text.substring(1))));
    else {
      var record = Given.parse(text);
      input.pipeInput(record.key(), record.value(), record.time());
    }
    return String.join(" ", told);
  }

  private final class Ticking implements Processor<String, String, Void, Void> {
    private ProcessorContext<Void, Void> context;
    private boolean scheduled;

    @Override
    public void init(ProcessorContext<Void, Void> given) {
      context = given;
    }

    @Override
    public void process(Record<String, String> record) {
      if (scheduled) return;
      scheduled = true;
      var byClock = scenario.get("by").asText().equals("clock");
      Duration every = ofMillis(scenario.get("every").asLong());
      context.schedule(every, byClock ? PunctuationType.WALL_CLOCK_TIME : PunctuationType.STREAM_TIME, time -> told.add("tick@" + time));
    }
  }
}
