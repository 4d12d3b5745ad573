package dev.injectionauditor.localstack.junit;

import dev.injectionauditor.localstack.LocalPostgres;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A migrated database for each test, which no other test uses. It is open from before {@code @BeforeEach} until after
 * {@code @AfterEach}:
 *
 * <pre>{@code
 * @RegisterExtension
 * final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);
 * }</pre>
 *
 * <p>A test that compares two databases registers two.
 *
 * @param <D> what the code under test has of an open database
 */
public final class FreshDatabase<D extends AutoCloseable> implements BeforeEachCallback, AfterEachCallback {

    private final Opener<D> opener;
    private final Consumer<D> migration;
    private @Nullable String url;
    private @Nullable D database;

    /**
     * Opens a database.
     *
     * @param <D> what it is then
     */
    @FunctionalInterface
    public interface Opener<D> {

        /**
         * Opens the database.
         *
         * @param password null, for none is asked for
         */
        D open(String url, String user, @Nullable String password);
    }

    /**
     * @param migration brings an empty database up to date; called once for all tests of the JVM, the result is copied
     */
    public FreshDatabase(Opener<D> opener, Consumer<D> migration) {
        this.opener = opener;
        this.migration = migration;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        url = LocalServices.running(context).migratedDatabase(this::migrate);
        database = open(url);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (database != null) {
            database.close();
        }
    }

    /** The open database. */
    public D get() {
        return there(database);
    }

    /** Its JDBC URL, with a user who may do everything. */
    public String url() {
        return there(url);
    }

    @SuppressWarnings("try") // Nobody interrupts it.
    private void migrate(String emptyUrl) throws Exception {
        try (D empty = open(emptyUrl)) {
            migration.accept(empty);
        }
    }

    private D open(String urlToOpen) {
        return opener.open(urlToOpen, LocalPostgres.USER, null);
    }

    private static <T> T there(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("register this extension with @RegisterExtension on a field of the test");
        }
        return value;
    }
}
