package dev.injectionauditor.auditor.audit.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntConsumer;

/** Work that is done for each webhook by itself: trouble with one must not hold up the others. */
public final class EachWebhook {

    private EachWebhook() {}

    /**
     * Does the work for all.
     *
     * @param work for a webhook, in a transaction of its own
     * @throws RuntimeException the first failure, once all have had their turn; the others are suppressed
     */
    public static void alone(Collection<Integer> webhooks, IntConsumer work) {
        List<RuntimeException> failures = new ArrayList<>();
        for (int webhook : webhooks) {
            try {
                work.accept(webhook);
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.getFirst();
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }
}
