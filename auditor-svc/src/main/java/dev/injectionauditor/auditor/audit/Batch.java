package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Records of one poll that are written in one transaction, sorted by what they are about.
 *
 * @param webhooks events of each webhook, in the order of their partition
 * @param poison records that are not events of the contract
 * @param offsets for each partition, from where to where the poll read
 */
record Batch(Map<WatchedWebhook, Events> webhooks, List<Poison> poison, Map<TopicPartition, Read> offsets) {

    /** Sorts what records hold, which may be in any order. */
    static Batch of(Collection<BatchDecoder.Decoded> decoded, Map<TopicPartition, Read> offsets) {
        Map<WatchedWebhook, Events> webhooks = new LinkedHashMap<>();
        List<Poison> poison = new ArrayList<>();
        for (BatchDecoder.Decoded record : decoded) {
            switch (record) {
                case BatchDecoder.Decoded.Told told ->
                    webhooks.computeIfAbsent(told.source(), any -> Events.none())
                            .add(told.event());
                case BatchDecoder.Decoded.Useless useless ->
                    poison.add(new Poison(useless.partition(), useless.offset(), useless.reason()));
            }
        }
        return new Batch(webhooks, poison, offsets);
    }

    /** Events of one webhook. */
    record Events(
            List<Admission> admissions,
            List<PodObservation> pods,
            List<Signal> signals,
            List<RecreationRequest> requests,
            List<RecreationResult> results) {

        private static Events none() {
            return new Events(
                    new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        private void add(Event event) {
            switch (event) {
                case Admission admission -> admissions.add(admission);
                case PodObservation pod -> pods.add(pod);
                case Signal signal -> signals.add(signal);
                case RecreationRequest request -> requests.add(request);
                case RecreationResult result -> results.add(result);
                case MissedInjection missed -> throw new IllegalArgumentException("sent by the auditor itself");
                case Outage outage -> throw new IllegalArgumentException("sent by the auditor itself");
            }
        }
    }

    /**
     * A record to set aside.
     *
     * @param reason what is wrong with it, in one line that quotes no payload
     */
    record Poison(TopicPartition partition, long offset, String reason) {}

    /**
     * What was read of a partition.
     *
     * @param from offset that the position stood at before
     * @param next offset of the next record to read
     */
    record Read(long from, long next) {}
}
