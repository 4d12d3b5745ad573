package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RenewalClockTest {

    private static final @Nullable KubernetesClient NO_CLIENT = null;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L); // overflows soon
    private final FakeLock lock = new FakeLock();
    private final AtomicInteger othersLed = new AtomicInteger();
    private final RenewalClock renewals =
            new RenewalClock(lock, Duration.ofSeconds(10), nanos::get, othersLed::incrementAndGet);

    @Test
    void shouldHoldForTheRenewDeadlineAfterEachRenewal() {
        assertThat(renewals.isSurelyHeld()).isFalse();

        renewals.get(NO_CLIENT);
        renewals.create(NO_CLIENT, record("me"));
        assertThat(renewals.isSurelyHeld()).isTrue();
        pass(Duration.ofMillis(9_999));
        assertThat(renewals.isSurelyHeld()).isTrue();

        renew();
        pass(Duration.ofMillis(9_999));
        assertThat(renewals.isSurelyHeld()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(renewals.isSurelyHeld()).isFalse();
    }

    @Test
    void shouldCountFromBeforeTheRequestThatRenews() {
        // Given a renewal that takes long
        renewals.get(NO_CLIENT);
        lock.meanwhile = () -> pass(Duration.ofSeconds(10));

        renewals.update(NO_CLIENT, record("me"));

        assertThat(renewals.isSurelyHeld()).isFalse();
    }

    @Test
    void shouldCountFromBeforeTheLookThatARenewalBeginsWith() {
        // Given a look that takes long: the time that is going to be written is from before it
        lock.meanwhile = () -> pass(Duration.ofSeconds(6));
        renewals.get(NO_CLIENT);
        lock.meanwhile = () -> {};

        // When
        renewals.update(NO_CLIENT, record("me"));

        // Then
        assertThat(renewals.isSurelyHeld()).isTrue();
        pass(Duration.ofSeconds(4));
        assertThat(renewals.isSurelyHeld()).isFalse();
    }

    @Test
    void shouldNotCountARenewalThatFails() {
        renew();
        pass(Duration.ofSeconds(9));
        renewals.get(NO_CLIENT);
        lock.meanwhile = () -> {
            throw new KubernetesClientException("conflict");
        };

        assertThatThrownBy(() -> renewals.update(NO_CLIENT, record("me")))
                .isInstanceOf(KubernetesClientException.class);

        assertThat(renewals.isSurelyHeld()).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(renewals.isSurelyHeld()).isFalse();
    }

    @Test
    void shouldNotHoldWhatIsBeingGivenBack() {
        renew();
        lock.meanwhile = () -> assertThat(renewals.isSurelyHeld()).isFalse();

        renewals.update(NO_CLIENT, record(""));

        assertThat(renewals.isSurelyHeld()).isFalse();
    }

    @Test
    void shouldTellThatAnotherProcessLeadsOnceItHasRenewed() {
        // Given a lock that is free, mine, given back, or taken by a process whose role is only starting
        ZonedDateTime now = ZonedDateTime.now();
        for (LeaderElectionRecord record : Arrays.asList(
                null,
                held("me", now, now.plusSeconds(2)),
                held("", now, now.plusSeconds(2)),
                held("other", now, now))) {
            lock.record = record;
            assertThat(renewals.get(NO_CLIENT)).isEqualTo(record);
        }
        assertThat(othersLed).hasValue(0);

        lock.record = held("other", now, now.plusSeconds(2));
        renewals.get(NO_CLIENT);

        assertThat(othersLed).hasValue(1);
    }

    @Test
    void shouldFailInTheWayThatTheElectorTriesAgainAfter() {
        lock.meanwhile = () -> {
            throw new IllegalStateException("a Lease without a duration");
        };

        assertThatThrownBy(() -> renewals.get(NO_CLIENT)).isInstanceOf(KubernetesClientException.class);
        assertThatThrownBy(() -> renewals.create(NO_CLIENT, record("me")))
                .isInstanceOf(KubernetesClientException.class);
        assertThatThrownBy(() -> renewals.update(NO_CLIENT, record("me")))
                .isInstanceOf(KubernetesClientException.class);
    }

    private void renew() {
        renewals.get(NO_CLIENT);
        renewals.update(NO_CLIENT, record("me"));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static LeaderElectionRecord record(String holder) {
        ZonedDateTime now = ZonedDateTime.now();
        return held(holder, now, now);
    }

    private static LeaderElectionRecord held(String holder, ZonedDateTime since, ZonedDateTime renewed) {
        return new LeaderElectionRecord(holder, Duration.ofSeconds(15), since, renewed, 0);
    }

    private static final class FakeLock implements Lock {

        private Runnable meanwhile = () -> {};
        private @Nullable LeaderElectionRecord record;

        @Override
        public @Nullable LeaderElectionRecord get(KubernetesClient client) {
            meanwhile.run();
            return record;
        }

        @Override
        public void create(KubernetesClient client, LeaderElectionRecord record) {
            meanwhile.run();
        }

        @Override
        public void update(KubernetesClient client, LeaderElectionRecord record) {
            meanwhile.run();
        }

        @Override
        public String identity() {
            return "me";
        }

        @Override
        public String describe() {
            return "lease";
        }
    }
}
