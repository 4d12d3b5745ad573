package dev.injectionauditor.auditor;

import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_DECISION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.recreation.MissedPods;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine;

class PlanCommandIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @BeforeEach
    void writeHistory() {
        MissedPods.write(database.get().jooq());
    }

    @Test
    void shouldShowWhatWouldBeDoneAndWhyNotTheRest() {
        assertThat(run("--recreation=recreate"))
                .containsPattern("DECISION +REASON +NOT BEFORE +CLUSTER +POD +OWNER")
                .containsPattern("recreate +- +- +garden-1 +shop/web-8d88b6668-00002 +ReplicaSet web-8d88b6668")
                .containsPattern("wait +owner-busy +\\S+Z +garden-1 +shop/web-8d88b6668-00003")
                .contains("2 missed Pods are there, 1 of them would be recreated or planned now.");
        assertThat(run()).containsPattern("never +off").contains("0 of them");
    }

    @Test
    void shouldPrintJsonAndChangeNothing() {
        assertThat(run("--recreation=plan", "--json").lines().toList())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("\"decision\":\"plan\"", "\"mode\":\"plan\"", "\"namespace\":\"shop\"")
                        .doesNotContain("reason"));
        assertThat(database.get().jooq().fetchCount(RECREATION_DECISION)).isZero();
        assertThat(database.get().jooq().fetchCount(RECREATION)).isZero();
    }

    private String run(String... options) {
        StringWriter out = new StringWriter();
        String[] all = new String[options.length + 2];
        all[0] = "--postgres-url=" + database.url();
        all[1] = "--postgres-user=" + LocalPostgres.USER;
        System.arraycopy(options, 0, all, 2, options.length);
        int status = new CommandLine(new PlanCommand(Map.of()))
                .setOut(new PrintWriter(out, true))
                .execute(all);
        assertThat(status).isZero();
        return out.toString();
    }
}
