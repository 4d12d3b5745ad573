package dev.injectionauditor.auditor.audit.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.db.enums.EvidenceKind;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PostgreSQL reads of an array in binary form is what was in it. */
class BinaryArrayIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @Test
    void shouldBringValuesOfEachTypeOver() {
        shouldBringOver(UUID.class, "uuid", List.of(new UUID(0, 0), new UUID(-1, -1), UUID.randomUUID()));
        shouldBringOver(
                Instant.class,
                "timestamptz",
                List.of(
                        Instant.EPOCH,
                        Instant.parse("2026-11-27T10:00:00.123456Z"),
                        Instant.parse("1999-12-31T23:59:59.999999Z"),
                        Instant.parse("9999-12-31T23:59:59.999999Z")));
        shouldBringOver(Integer.class, "integer", List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE));
        shouldBringOver(Long.class, "bigint", List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
        shouldBringOver(Boolean.class, "boolean", List.of(true, false));
        shouldBringOver(String.class, "text", List.of("", "NULL", "{\"a\",b}", "é\\", "x".repeat(100_000)));
        shouldBringOver(EvidenceKind.class, "injection_auditor.evidence_kind", List.of(EvidenceKind.values()));
    }

    /** Alone, together, with nulls between them, with nothing else than nulls, and none. */
    private <T> void shouldBringOver(Class<T> type, String name, List<T> values) {
        List<T> withNulls = new ArrayList<>();
        for (T value : values) {
            assertThat(read(type, name, List.of(value))).isEqualTo(List.of(value));
            withNulls.add(null);
            withNulls.add(value);
        }
        assertThat(read(type, name, values)).isEqualTo(values);
        assertThat(read(type, name, withNulls)).isEqualTo(withNulls);
        assertThat(read(type, name, Collections.nCopies(3, null))).isEqualTo(Arrays.asList(null, null, null));
        assertThat(read(type, name, List.of())).isEmpty();
    }

    private <T> List<T> read(Class<T> type, String name, List<T> values) {
        return database.get()
                .jooq()
                .fetch(
                        "select element from unnest(cast({0} as " + name + "[])) element",
                        BinaryArray.val(type, values.toArray()))
                .getValues(0, type);
    }

    @Test
    void shouldBeSentInBinaryFormEvenIfTheDriverIsNotToUseIt() {
        try (Database other = Database.open(database.url() + "&binaryTransfer=false", LocalPostgres.USER, null)) {
            assertThat(other.jooq()
                            .fetchValue(DSL.field(
                                    "cardinality({0})",
                                    Integer.class, BinaryArray.val(String.class, new Object[] {"a", null}))))
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://127.0.0.1/any?preferQueryMode=simple",
                "jdbc:postgresql://127.0.0.1/any?user=any&binaryTransferEnable=16",
                "jdbc:postgresql://127.0.0.1/any?binaryTransferDisable=UUID_ARRAY",
                "jdbc:other://127.0.0.1/any"
            })
    void shouldRefuseSettingsThatDoNotGoWithIt(String url) {
        assertThatThrownBy(() -> Database.open(url, "any", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("preferQueryMode");
    }

    @Test
    void shouldRefuseTimesThatPostgresHasNoPlaceFor() {
        // Given times out of its range, out of that of microseconds, and the one that would be read as infinity
        assertThatThrownBy(() -> read(Instant.class, "timestamptz", List.of(Instant.parse("+294277-01-01T00:00:00Z"))))
                .isInstanceOf(DataAccessException.class);
        assertThatThrownBy(() -> read(Instant.class, "timestamptz", List.of(Instant.MAX)))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() ->
                        read(Instant.class, "timestamptz", List.of(Instant.parse("+294277-01-09T04:00:54.775807Z"))))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void shouldFindNothingInAnArrayOfNothing() {
        assertThat(database.get()
                        .jooq()
                        .fetchValue(DSL.field(
                                "cardinality({0})", Integer.class, BinaryArray.val(Integer.class, new Object[0]))))
                .isZero();
    }
}
