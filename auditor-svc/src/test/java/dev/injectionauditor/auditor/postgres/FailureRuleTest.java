package dev.injectionauditor.auditor.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.postgres.FailureRule.Blame;
import java.io.IOException;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.NoSuchElementException;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is set aside is lost to the history, and what is tried again can stop all: each state has its reason. */
class FailureRuleTest {

    @ParameterizedTest
    @CsvSource({
        "21000, an upsert that meets a row twice",
        "22003, a number out of range",
        "22008, a time out of range",
        "22021, a text with a NUL",
        "23502, a null",
        "23505, a key that is there",
        "23514, a check",
        "23P01, windows that overlap",
        "44000, a check of a view",
        "54000, a text too long for an index",
        "54001, a statement too deep",
        "P0001, what a trigger refuses",
        "ZZ001, what nobody has heard of"
    })
    void shouldBlameTheRecordForWhatItSays(String sqlState, String what) {
        assertThat(FailureRule.decide(new DataAccessException(what), sqlState)).isEqualTo(Blame.RECORD);
    }

    @ParameterizedTest
    @CsvSource({
        "08000, a connection that is lost",
        "08001, no connection to be had",
        "08006, a connection that broke",
        "08P01, a protocol out of step",
        "0A000, a cached plan of another schema",
        "25006, a standby that only reads",
        "25P02, a transaction that has failed before",
        "25P03, a transaction that was idle too long",
        "26000, a statement that a proxy has forgotten",
        "28000, no role",
        "28P01, another password",
        "3D000, no database",
        "3F000, no schema",
        "40001, a serialization failure",
        "40P01, a deadlock",
        "42501, no right",
        "42P01, no table",
        "42703, no column",
        "53100, a full disk",
        "53200, no memory",
        "53300, too many connections",
        "55000, a statement that was closed",
        "55P03, a lock that is not available",
        "57014, a time limit",
        "57P01, a shutdown",
        "57P03, a start",
        "58030, a disk that does not read",
        "72000, a snapshot too old",
        "99999, a driver in trouble",
        "XX000, a table that was dropped meanwhile",
        "XX001, broken storage"
    })
    void shouldBlameWhatIsAroundForWhatWouldHitAnyRecord(String sqlState, String what) {
        assertThat(FailureRule.decide(new DataAccessException(what), sqlState)).isEqualTo(Blame.SURROUNDINGS);
    }

    @ParameterizedTest
    @CsvSource({
        "00000, true, false, a pool that got nothing in time",
        "08001, true, false, no connection to be had",
        "08006, true, false, a connection that broke",
        "53300, true, false, too many connections",
        "57P01, true, false, a shutdown",
        "57P03, true, false, a start",
        "28000, false, true, no role",
        "28P01, false, true, another password",
        "42501, true, false, no right",
        "25006, true, false, read-only",
        "3D000, true, false, no database",
        "23505, false, false, a key that is there"
    })
    void shouldTellAServerInTroubleFromOneThatRefuses(String sqlState, boolean trouble, boolean refused, String what) {
        assertThat(FailureRule.isInTrouble(sqlState)).as(what).isEqualTo(trouble);
        assertThat(FailureRule.isRefused(sqlState)).as(what).isEqualTo(refused);
    }

    @Test
    void shouldBlameTheRecordForWhatFailsWithoutTheDatabase() {
        assertThat(FailureRule.decide(new NumberFormatException(), null)).isEqualTo(Blame.RECORD);
        assertThat(FailureRule.decide(new DateTimeException("year"), null)).isEqualTo(Blame.RECORD);
        assertThat(FailureRule.decide(new NullPointerException(), null)).isEqualTo(Blame.RECORD);
        assertThat(FailureRule.decide(new NoSuchElementException(), null)).isEqualTo(Blame.RECORD);
    }

    @Test
    void shouldNotBlameTheRecordIfTheWriterIsToEnd() {
        RuntimeException interrupted =
                new DataAccessException("no connection", new SQLException(new InterruptedException()));

        assertThat(FailureRule.decide(interrupted, FailureRule.NO_STATE)).isEqualTo(Blame.SURROUNDINGS);
        assertThat(FailureRule.decide(new IllegalStateException(new InterruptedException()), null))
                .isEqualTo(Blame.SURROUNDINGS);
    }

    @ParameterizedTest
    @ValueSource(classes = {DateTimeException.class, ArithmeticException.class, IllegalArgumentException.class})
    void shouldBlameTheRecordForAValueWithoutFormInTheDatabase(Class<? extends RuntimeException> type)
            throws ReflectiveOperationException {
        RuntimeException value = type.getConstructor(String.class).newInstance("value");

        assertThat(FailureRule.decide(
                        new DataAccessException("bind", new SQLException("bind", value)), FailureRule.NO_STATE))
                .isEqualTo(Blame.RECORD);
    }

    @Test
    void shouldBlameWhatIsAroundIfThePoolOrTheDriverFailsWithoutAState() {
        assertThat(FailureRule.decide(
                        new DataAccessException("pool", new SQLException("no connection in time")),
                        FailureRule.NO_STATE))
                .isEqualTo(Blame.SURROUNDINGS);
        assertThat(FailureRule.decide(new DataAccessException("rollback", new IOException()), FailureRule.NO_STATE))
                .isEqualTo(Blame.SURROUNDINGS);
    }
}
