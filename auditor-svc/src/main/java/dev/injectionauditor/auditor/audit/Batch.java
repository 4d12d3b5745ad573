package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
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

    /** Events of one webhook. */
    record Events(
            List<Admission> admissions,
            List<PodObservation> pods,
            List<Signal> signals,
            List<RecreationRequest> requests,
            List<RecreationResult> results) {}

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
