package dev.injectionauditor.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people who read the database may rely on. */
class DatabaseContractIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private DSLContext db;

    @BeforeEach
    void open() {
        db = database.get().jooq();
    }

    @Test
    void shouldCommentEveryTableViewColumnAndType() {
        // Given partitions that the auditor makes as well
        new PartitionMaintenance(db, Duration.ofDays(30), new Auditing(db)).runOnce();

        // Then
        assertThat(uncommented()).isEmpty();

        // And it would be noticed if one were forgotten
        db.execute("comment on column injection_auditor.outage.missed is null");
        assertThat(uncommented()).containsExactly("outage.missed");
    }

    private List<String> uncommented() {
        return db.fetch("""
                select c.relname || coalesce('.' || a.attname, '')
                from pg_class c
                cross join lateral (
                    select null::name as attname, 0 as attnum
                    union all
                    select attname, attnum from pg_attribute
                    where attrelid = c.oid and attnum > 0 and not attisdropped) a
                where c.relnamespace = 'injection_auditor'::regnamespace
                  and c.relkind in ('r', 'p', 'v')
                  and c.relname <> 'flyway_schema_history'
                  and not (c.relispartition and a.attnum > 0 and c.relname like '%_kept')
                  and not (c.relispartition and a.attnum = 0 and c.relname not like '%_kept')
                  and col_description(c.oid, a.attnum) is null
                  and (a.attnum > 0 or obj_description(c.oid, 'pg_class') is null)
                union all
                select t.typname from pg_type t
                where t.typnamespace = 'injection_auditor'::regnamespace and t.typtype = 'e'
                  and obj_description(t.oid, 'pg_type') is null
                """).getValues(0, String.class);
    }

    @Test
    void shouldLetTheReaderReadEverythingAndWriteNothing() {
        assertThat(db.fetch("""
                select c.relname
                from pg_class c
                where c.relnamespace = 'injection_auditor'::regnamespace
                  and c.relkind in ('p', 'v', 'r')
                  and not c.relispartition
                  and c.relname not in ('flyway_schema_history', 'outbox', 'remediation_journal')
                  and (not has_table_privilege('injection_auditor_reader', c.oid, 'select')
                    or has_table_privilege('injection_auditor_reader', c.oid, 'insert')
                    or has_table_privilege('injection_auditor_reader', c.oid, 'update')
                    or has_table_privilege('injection_auditor_reader', c.oid, 'delete')
                    or has_table_privilege('injection_auditor_reader', c.oid, 'truncate'))
                """).getValues(0)).isEmpty();
        // Specs of Pods can hold secrets
        assertThat(db.fetchValue("select has_table_privilege('injection_auditor_reader',"
                        + " 'injection_auditor.remediation_journal', 'select')"))
                .isEqualTo(false);
        assertThat(db.fetchOne("""
                select has_schema_privilege('injection_auditor_reader', 'injection_auditor', 'usage'),
                       has_schema_privilege('injection_auditor_reader', 'injection_auditor', 'create'),
                       rolcanlogin
                from pg_roles where rolname = 'injection_auditor_reader'
                """).intoList()).containsExactly(true, false, false);
    }

    @Test
    void shouldForbidOutagesThatOverlap() {
        db.execute("insert into injection_auditor.watched_webhook (cluster, webhook) values ('c', 'w')");
        String outage = "insert into injection_auditor.outage select gen_random_uuid(), webhook_id, null,"
                + " '2026-11-23 06:00Z'::timestamptz + '%d s', '2026-11-23 06:00Z'::timestamptz + '%d s', null, 1, 0, 0, 0"
                + " from injection_auditor.watched_webhook";
        db.execute(outage.formatted(10, 20));

        assertThatThrownBy(() -> db.execute(outage.formatted(15, 30)))
                .hasMessageContaining("outage_windows_do_not_overlap");
    }

    @Test
    void shouldMigrateWithoutTheRightToMakeRoles() throws Exception {
        // Given a server of which the user of the auditor owns a database and no more
        try (LocalPostgres server = LocalPostgres.start(Files.createTempDirectory("test-postgres"), 0)) {
            String url = server.createDatabase("history");
            execute(url, "create role plain login");
            execute(url, "alter database history owner to plain");

            // When
            try (Database history =
                    Database.open(url.replace("user=" + LocalPostgres.USER, "user=plain"), "plain", null)) {
                history.migrate();

                // Then the schema is there, and no role
                assertThat(history.jooq().fetchValue("select count(*) from injection_auditor.outage_history"))
                        .isEqualTo(0L);
                assertThat(history.jooq().fetchValue("select count(*) from pg_roles where rolname like 'injection%'"))
                        .isEqualTo(0L);
            }

            // And what the README has an administrator do instead works
            execute(url, adminSql());
            execute(url, "set role injection_auditor_reader; select * from injection_auditor.missed_injections");
            assertThatThrownBy(() -> execute(
                            url, "set role injection_auditor_reader; table injection_auditor.remediation_journal"))
                    .hasMessageContaining("permission denied");
        }
    }

    private static String adminSql() throws Exception {
        String readme = Files.readString(Path.of("../schema/README.md"));
        int start = readme.indexOf("create role injection_auditor_reader");
        return readme.substring(start, readme.indexOf("```", start));
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
