package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Topics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that are missing and makes sure that all of them have the same number of partitions: partition n of
 * each must hold the same clusters.
 */
final class TopicSetup {

    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);

    private final Supplier<Admin> admins;
    private final Topics topics;
    private final int partitions;

    /**
     * A setup that does nothing yet.
     *
     * @param admins gives a new admin client, which is closed after use
     * @param partitions number of partitions for new topics, unless some exist already with another number
     */
    TopicSetup(Supplier<Admin> admins, Topics topics, int partitions) {
        this.admins = admins;
        this.topics = topics;
        this.partitions = partitions;
    }

    /** @throws IllegalStateException if topics differ in their number of partitions, or Kafka does not answer */
    void ensure() throws InterruptedException {
        try (Admin admin = admins.get()) {
            Map<String, Integer> existing = existing(admin);
            List<Integer> counts = existing.values().stream().distinct().toList();
            if (counts.size() > 1) {
                throw new IllegalStateException("the topics must have the same number of partitions: " + existing);
            }
            create(admin, existing.keySet(), counts.isEmpty() ? partitions : counts.getFirst());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("cannot look after the topics", e.getCause());
            }
            // Another auditor was faster.
        }
    }

    private Map<String, Integer> existing(Admin admin) throws ExecutionException, InterruptedException {
        Set<String> names = admin.listTopics().names().get();
        return admin
                .describeTopics(topics.all().stream().filter(names::contains).toList())
                .allTopicNames()
                .get()
                .values()
                .stream()
                .collect(Collectors.toMap(
                        TopicDescription::name, topic -> topic.partitions().size()));
    }

    private void create(Admin admin, Set<String> existing, int count) throws ExecutionException, InterruptedException {
        List<NewTopic> missing = topics.all().stream()
                .filter(topic -> !existing.contains(topic))
                .map(topic -> new NewTopic(topic, Optional.of(count), Optional.empty()))
                .toList();
        if (!missing.isEmpty()) {
            admin.createTopics(missing).all().get();
            LOG.atInfo()
                    .addKeyValue("topics", missing.stream().map(NewTopic::name).toList())
                    .addKeyValue("partitions", count)
                    .log("Made topics");
        }
    }
}
