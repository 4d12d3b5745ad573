package dev.injectionauditor.e2e;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Outages in which something else is down too: the auditor, Kafka, PostgreSQL, an API server. */
interface WiderOutages {

    Play play();

    @Test
    @Order(8)
    default void shouldFindWhatWasMissedWhileNobodyLooked() throws Exception {
        play().stage().killAuditor();
        play().wholeOutage("killed-before");
        play().stage().startAuditor("off");
        play().judge("auditor killed before the outage");
    }

    @Test
    @Order(9)
    default void shouldGoOnWhenKilledInAnOutage() throws Exception {
        Pods pods = new Pods(play().stage().cluster(), "killed-during");
        pods.more(2);
        play().harm(Fault.REFUSED);
        pods.more(3);
        play().stage().killAuditor();
        pods.more(2);
        play().stage().startAuditor("off");
        play().heal();
        pods.more(2);
        play().judge("auditor killed in the outage");
    }

    @Test
    @Order(10)
    default void shouldGoOnWhenKilledAfterAnOutage() throws Exception {
        play().wholeOutage("killed-after");
        play().stage().killAuditor();
        play().stage().startAuditor("off");
        play().judge("auditor killed after the outage");
    }

    @Test
    @Order(11)
    default void shouldCatchUpWhenKafkaWasDown() throws Exception {
        play().stage().kafka().stop();
        play().wholeOutage("kafka-down");
        play().stage().kafka().startAgain();
        play().judge("Kafka down in the outage");
    }

    @Test
    @Order(12)
    default void shouldCatchUpWhenPostgresWasDown() throws Exception {
        play().stage().postgres().stop();
        play().wholeOutage("postgres-down");
        play().stage().postgres().startAgain();
        play().judge("PostgreSQL down in the outage");
    }

    @Test
    @Order(13)
    default void shouldGoOnWhenTheApiServerRestarts() throws Exception {
        Pods pods = new Pods(play().stage().cluster(), "api-server-restarted");
        pods.more(2);
        play().harm(Fault.REFUSED);
        pods.more(3);
        if (!play().stage().cluster().restartApiServer()) {
            play().skip("API server restarted", "this cluster's cannot be restarted from here");
        }
        pods.more(1);
        play().heal();
        pods.more(2);
        play().judge("API server restarted in the outage");
    }
}
