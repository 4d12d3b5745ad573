package dev.injectionauditor.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The questions of schema/README.md get the answers that it shows, asked by somebody who may only read. */
class ReadmeQuestionsIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @TestFactory
    List<DynamicTest> shouldGiveTheAnswersOfTheReadme() throws IOException {
        Story.tell(database.get().jooq());
        return ReadmeQuestions.all().stream()
                .map(question -> DynamicTest.dynamicTest(
                        question.text(),
                        () -> assertThat(answer(question.sql())).isEqualTo(question.answer())))
                .toList();
    }

    @Test
    void shouldAskEveryQuestionOfAtLeastTwelve() throws IOException {
        assertThat((long) ReadmeQuestions.all().size())
                .isEqualTo(ReadmeQuestions.count())
                .isGreaterThanOrEqualTo(12);
    }

    private String answer(String sql) {
        return database.get().jooq().connectionResult(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set role injection_auditor_reader");
                statement.execute("set search_path to injection_auditor");
                statement.execute("set time zone 'UTC'");
                return table(connection, sql);
            } finally {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("reset role");
                    statement.execute("reset search_path");
                    statement.execute("reset time zone");
                }
            }
        });
    }

    /** As text: the names of the columns, then a line for each row. */
    private static String table(Connection connection, String sql) throws SQLException {
        List<List<String>> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            List<String> names = new ArrayList<>();
            for (int column = 1; column <= columns; column++) {
                names.add(rows.getMetaData().getColumnLabel(column));
            }
            lines.add(names);
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    String value = rows.getString(column);
                    values.add(value == null ? "-" : value);
                }
                lines.add(values);
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int column = 0; column < line.size(); column++) {
                int at = column;
                int width = lines.stream()
                        .mapToInt(other -> other.get(at).length())
                        .max()
                        .orElseThrow();
                text.append(column == 0 ? "" : "  ").append(line.get(column));
                if (column < line.size() - 1) {
                    text.append(" ".repeat(width - line.get(column).length()));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }
}
