package dev.injectionauditor.auditor.audit.recreation;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.NeverReason;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.db.enums.DecisionReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reasons of decisions: those of the code, of the database and of schema/README.md are the same. */
class DecisionReasonsTest {

    private static final Pattern ROW = Pattern.compile("\\| `(wait|never)` \\| `([a-z-]+)` \\| .+ \\|");

    @Test
    void shouldBeExplainedInTheReadme() throws IOException {
        // Given the table of the README
        Map<String, String> explained = Files.readAllLines(Path.of("../schema/README.md")).stream()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .collect(toMap(row -> row.group(2), row -> row.group(1)));

        // Then it has each reason once, with its kind of decision, and so has the database
        Map<String, String> decided = new HashMap<>();
        Stream.of(WaitReason.values())
                .forEach(reason -> decided.put(DecisionTable.reason(reason).getLiteral(), "wait"));
        Stream.of(NeverReason.values())
                .forEach(reason -> decided.put(DecisionTable.reason(reason).getLiteral(), "never"));
        assertThat(explained).isEqualTo(decided);
        assertThat(DecisionReason.values())
                .extracting(DecisionReason::getLiteral)
                .containsExactlyInAnyOrderElementsOf(decided.keySet());
    }
}
