package millrace.streams;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * Puts into each scenario what Kafka Streams does in it, as its field {@code streams}. Usage: {@code Scenarios FOLDER},
 * where {@code windows.json} and the like lie; test/streams/README.md tells of their notation.
 */
public final class Scenarios {
  /** What runs the scenarios of a file, by the name of the file. To add a family, add its line here. */
  private static final Map<String, Function<ObjectNode, ObjectNode>> FAMILIES = Map.of("windows", WindowScenario::run, "joins", JoinScenario::run, "timers", TimerScenario::run);

  private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Scenarios() {}

  public static void main(String[] args) throws IOException {
    for (var family : FAMILIES.entrySet()) {
      var file = Path.of(args[0], family.getKey() + ".json");
      var scenarios = JSON.readTree(Files.readString(file));
      for (var scenario : scenarios) {
        var given = (ObjectNode) scenario;
        try {
          family.getValue().apply(given);
        } catch (RuntimeException error) {
          throw new IllegalStateException(file + ": '" + given.path("name").asText() + "' failed", error);
        }
      }
      Files.writeString(file, JSON.writeValueAsString(scenarios) + "\n");
    }
  }
}
