package dev.injectionauditor.localstack.junit;

import java.io.IOException;
import java.sql.SQLException;

/** Kafka and PostgreSQL for tests, each started when it is first asked for. Used by one thread at a time. */
interface Services extends AutoCloseable {

    /** Makes Kafka run. */
    Broker kafka() throws IOException;

    /**
     * Makes a database and returns its JDBC URL, with a user who may do everything.
     *
     * @param name a plain name that no database has
     * @param template name of the database that it starts as a copy of; {@code template1} for an empty one
     */
    String createDatabase(String name, String template) throws IOException, SQLException;

    @Override
    void close() throws IOException;
}
