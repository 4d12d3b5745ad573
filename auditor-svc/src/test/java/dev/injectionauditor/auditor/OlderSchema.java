package dev.injectionauditor.auditor;

import dev.injectionauditor.localstack.junit.FreshDatabase;
import org.flywaydb.core.Flyway;

/** The schema as older auditors have made it. */
public final class OlderSchema {

    private OlderSchema() {}

    /** Puts an empty schema of a version, as the names of the migrations have it, in the place of the present one. */
    public static void replace(FreshDatabase<Database> database, String version) {
        database.get().jooq().execute("drop schema injection_auditor cascade");
        Flyway.configure()
                .dataSource(database.url(), null, null)
                .defaultSchema(Database.SCHEMA)
                .locations("classpath:db/migration")
                .target(version)
                .load()
                .migrate();
    }
}
