package dev.injectionauditor.importer;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The database of an import: one that was named, or one of its own in a folder that stays. */
final class HistoryDatabase implements AutoCloseable {

    private static final String NAME = "injection_auditor";

    private final @Nullable LocalPostgres own;
    private final Database database;

    private HistoryDatabase(@Nullable LocalPostgres own, Database database) {
        this.own = own;
        this.database = database;
    }

    /** @param password null if the server asks for none */
    static HistoryDatabase open(String url, String user, @Nullable String password) {
        return migrated(null, Database.open(url, user, password));
    }

    /**
     * Starts a PostgreSQL.
     *
     * @param folder of its data: an empty one, or that of an earlier import
     * @param copyOf of the data that an empty folder gets, which saves making them; null to make them
     */
    static HistoryDatabase startIn(Path folder, @Nullable Path copyOf) throws IOException {
        if (copyOf != null && !LocalPostgres.hasData(folder)) {
            Folders.copy(copyOf, folder, LocalPostgres.LAST_FILE);
        }
        LocalPostgres postgres = LocalPostgres.start(folder, 0);
        try {
            // Not only in a new folder: an import may have been stopped before it made the database.
            if (!postgres.hasDatabase(NAME)) {
                postgres.createDatabase(NAME);
            }
            return migrated(postgres, Database.open(postgres.jdbcUrl(NAME), LocalPostgres.USER, null));
        } catch (SQLException | RuntimeException e) {
            postgres.stop();
            throw new IOException("cannot make a database in " + folder, e);
        }
    }

    private static HistoryDatabase migrated(@Nullable LocalPostgres own, Database database) {
        try {
            database.migrate();
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
        return new HistoryDatabase(own, database);
    }

    DSLContext jooq() {
        return database.jooq();
    }

    /** Data of a database of its own stays where it is. */
    @Override
    public void close() throws IOException {
        database.close();
        if (own != null) {
            own.stop();
        }
    }
}
