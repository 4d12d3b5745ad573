package dev.injectionauditor.auditor;

import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.LocalServices;

/** Databases for tests, with the schema of the history in them. */
public final class TestDatabases {

    private TestDatabases() {}

    /** A database that no other test uses, migrated. */
    public static Database fresh(LocalServices services) {
        return Database.open(freshUrl(services), LocalPostgres.USER, null);
    }

    /** JDBC URL of such a database. */
    public static String freshUrl(LocalServices services) {
        return services.freshDatabase(TestDatabases::migrate);
    }

    private static void migrate(String url) {
        try (Database database = Database.open(url, LocalPostgres.USER, null)) {
            database.migrate();
        }
    }
}
