package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.Loop;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The observe role while it is active: an observer and a sender of its observations, and a new pair of both, after a
 * pause, whenever observations were lost.
 */
public final class ObserveRole implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ObserveRole.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    /**
     * When and where to probe the webhook.
     *
     * @param interval pause between two probes; zero for none
     * @param namespace an existing namespace that the webhook is to be called for
     */
    public record Probes(Duration interval, String namespace) {}

    private final KubernetesClient client;
    private final Producer<String, byte[]> producer;
    private final Topics topics;
    private final WatchedWebhook source;
    private final int queueCapacity;
    private final Probes probes;
    private final MeterRegistry registry;
    private final ObserveMetrics metrics;
    private final OwedEnds owed;
    private final InstantSource clock;
    private final Loop loop;
    private final RestartPause pause = new RestartPause();
    private @Nullable Observer observer;
    private @Nullable Loop sender;
    private @Nullable Loop prober;

    /** When a list that is under way last brought something. */
    private volatile @Nullable Instant lastOfList;

    private Begin nextBegin = Begin.STARTED;

    /**
     * A role that does nothing before it is started.
     *
     * @param client for list and watch; not closed
     * @param producer for the topics pods and signals; not closed
     * @param queueCapacity how many observations may wait for Kafka
     * @param probes when and where to probe the webhook
     */
    public ObserveRole(
            KubernetesClient client,
            Producer<String, byte[]> producer,
            Topics topics,
            WatchedWebhook source,
            int queueCapacity,
            Probes probes,
            MeterRegistry registry,
            InstantSource clock) {
        this.client = client;
        this.producer = producer;
        this.topics = topics;
        this.source = source;
        this.queueCapacity = queueCapacity;
        this.probes = probes;
        this.registry = registry;
        this.metrics = new ObserveMetrics(registry);
        this.owed = new OwedEnds(metrics::forgotEnd);
        this.clock = clock;
        this.loop = new Loop("observe", this::runOnce, TICK, clock);
    }

    /** Begins to observe. */
    public void start() {
        loop.start();
    }

    /** Whether it has been able to work within this time. A list of many Pods takes long, but is work all along. */
    public boolean hasProgressedWithin(Duration limit) {
        Instant list = lastOfList;
        return loop.hasProgressedWithin(limit)
                || (list != null && Duration.between(list, clock.instant()).compareTo(limit) <= 0);
    }

    /** What the loop does every second. */
    boolean runOnce() throws InterruptedException, TimeoutException {
        if (observer != null && observer.isBroken()) {
            Duration startsIn = pause.lost(clock.instant());
            LOG.atWarn().addKeyValue("startsIn", startsIn).log("Observations were lost; starting anew from a list");
            metrics.overflowed();
            stopObserving();
            nextBegin = Begin.OVERFLOW;
        }
        if (observer == null) {
            if (!pause.isOver(clock.instant())) {
                return false;
            }
            try {
                observe();
            } catch (InterruptedException | TimeoutException | RuntimeException e) {
                stopObserving();
                throw e;
            }
        }
        observer.tick();
        return false;
    }

    private void observe() throws InterruptedException, TimeoutException {
        EventQueue queue = new EventQueue(queueCapacity);
        metrics.queue(queue);
        sender = new Loop(
                "observe-send",
                new EventSender(queue, producer, new EventCodec(), topics, source, owed),
                Duration.ZERO,
                clock);
        sender.start();
        try {
            observer = new Observer(
                    client, source, queue, nextBegin, owed, () -> lastOfList = clock.instant(), registry, clock);
        } finally {
            lastOfList = null;
        }
        pause.started(clock.instant());
        metrics.observing(observer.pods());
        if (probes.interval().isPositive()) {
            prober = new Loop("observe-probe", observer.prober(probes.namespace()), probes.interval(), clock);
            prober.start();
        }
        LOG.atInfo().addKeyValue("webhook", source.webhook()).log("Observing");
    }

    private void stopObserving() {
        metrics.notObserving();
        if (prober != null) {
            prober.close();
            prober = null;
        }
        if (observer != null) {
            observer.close();
            observer = null;
        }
        if (sender != null) {
            sender.close();
            sender = null;
        }
    }

    @Override
    public void close() {
        loop.close();
        stopObserving();
        metrics.stopped();
        producer.flush();
    }
}
