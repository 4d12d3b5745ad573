package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The scenarios one after the other: what they do on the stage, the judge's word on it, and what else is to be told.
 */
final class Play {

    /** Whether scenarios take minutes. */
    static final boolean FULL = Boolean.getBoolean("long.tests");

    private final List<String> notes = new ArrayList<>();
    private final Stage stage;
    private final Judge judge;
    private Instant began = Instant.EPOCH;

    Play(Stage stage) {
        this.stage = stage;
        judge = new Judge(stage.cluster(), new History(stage.jdbcUrl()));
    }

    Stage stage() {
        return stage;
    }

    /** Begins a scenario, in a second of its own. */
    void begin() throws InterruptedException {
        awaitNextSecond();
        began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** When this scenario began. */
    Instant began() {
        return began;
    }

    /** The judge's word on this scenario. */
    Judgement judge(String scenario) throws InterruptedException {
        return judge(scenario, began);
    }

    /** The judge's word on all since then. */
    Judgement judge(String scenario, Instant since) throws InterruptedException {
        return judge.judge(scenario, since);
    }

    /** An outage of that name, judged. */
    void outage(String name, Predicate<HttpExchange> affected, Fault fault) throws Exception {
        wholeOutage(name, affected, fault);
        Judgement judgement = judge(name);
        assertThat(judgement.failedOpen()).isPositive();
        assertThat(judgement.windows()).isOne();
    }

    /** An outage with Pods before, in and after it. */
    void wholeOutage(String name) throws Exception {
        wholeOutage(name, any -> true, Fault.REFUSED);
    }

    private void wholeOutage(String name, Predicate<HttpExchange> affected, Fault fault) throws Exception {
        Pods pods = new Pods(stage.cluster(), name);
        pods.more(2);
        harm(fault, affected);
        pods.more(3);
        heal();
        pods.more(2);
    }

    void harm(Fault fault) throws Exception {
        harm(fault, any -> true);
    }

    /** In seconds of its own, because a creationTimestamp has no parts of them. */
    private void harm(Fault fault, Predicate<HttpExchange> affected) throws Exception {
        awaitNextSecond();
        stage.door().set(fault, affected);
    }

    void heal() throws Exception {
        awaitNextSecond();
        stage.door().set(Fault.NONE);
    }

    /** Creates a Pod that no controller looks after. */
    void createBare() {
        Pods.createBare(stage.cluster().client(), Stage.NAMESPACE, Map.of());
    }

    /** Aborts the test; the report says why. */
    <T> T skip(String scenario, String reason) {
        note("Not run: " + scenario + ": " + reason + ".");
        return abort(reason);
    }

    /** A creationTimestamp has whole seconds, so what follows is told from what was before. */
    private static void awaitNextSecond() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1_000 - System.currentTimeMillis() % 1_000);
    }

    /** A Pod of the very second of a change proves nothing, so the auditor does not judge it. */
    static void awaitChange() throws InterruptedException {
        awaitNextSecond();
        awaitNextSecond();
    }

    /** Something for the report. */
    void note(String note) {
        notes.add(note);
    }

    void report(Path file) throws IOException {
        judge.report(System.out, file, notes);
    }
}
