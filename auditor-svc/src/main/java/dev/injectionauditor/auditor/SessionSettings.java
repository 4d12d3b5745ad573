package dev.injectionauditor.auditor;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Settings of a session that make the server notice soon that its client is gone without having said so, as when its
 * machine has died: until then it keeps the locks of the client's transaction. Without them that takes two hours.
 *
 * <p>They are set by a statement, because some connection poolers refuse connections with such options. What was set on
 * purpose stays: for the connection ({@code options} in the URL), for the role or for the database.
 */
final class SessionSettings {

    private SessionSettings() {}

    /**
     * The statement.
     *
     * @param longestPause how long a transaction may wait for its next statement; zero for no limit
     */
    static String ofDeadClients(Duration longestPause) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("idle_in_transaction_session_timeout", longestPause.toMillis() + "ms");
        // Of a client that says nothing for half a minute is asked three times whether it is there.
        settings.put("tcp_keepalives_idle", "30");
        settings.put("tcp_keepalives_interval", "10");
        settings.put("tcp_keepalives_count", "3");
        return settings.entrySet().stream()
                .map(setting -> "('" + setting.getKey() + "', '" + setting.getValue() + "')")
                .collect(Collectors.joining(
                        ", ",
                        "select set_config(wanted.name, wanted.value, false) from (values ",
                        ") wanted (name, value) join pg_settings on pg_settings.name = wanted.name"
                                + " where source not in ('client', 'user', 'database', 'database user')"));
    }
}
