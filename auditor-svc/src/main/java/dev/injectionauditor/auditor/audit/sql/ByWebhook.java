package dev.injectionauditor.auditor.audit.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What some webhooks have of something, so that one statement can serve all of them. A webhook is known by its number
 * in the database; one that has nothing is absent.
 */
public final class ByWebhook<T> {

    private final SortedMap<Integer, List<T>> lists = new TreeMap<>();

    private ByWebhook() {}

    /** Nothing of any webhook. */
    public static <T> ByWebhook<T> none() {
        return new ByWebhook<>();
    }

    /** What one webhook has. */
    public static <T> ByWebhook<T> of(int webhook, Collection<T> values) {
        return of(Map.of(webhook, values), list -> list);
    }

    /** A part of what each webhook has. */
    public static <E, T> ByWebhook<T> of(Map<Integer, E> all, Function<E, ? extends Collection<T>> part) {
        ByWebhook<T> parts = new ByWebhook<>();
        all.forEach((webhook, one) -> parts.put(webhook, part.apply(one)));
        return parts;
    }

    /** Rows of a table, sorted by their webhooks. */
    public static <R, T> ByWebhook<T> of(Iterable<R> rows, Function<R, Integer> webhook, Function<R, T> value) {
        ByWebhook<T> sorted = new ByWebhook<>();
        rows.forEach(row -> sorted.lists
                .computeIfAbsent(webhook.apply(row), any -> new ArrayList<>())
                .add(value.apply(row)));
        return sorted;
    }

    private void put(int webhook, Collection<T> values) {
        if (!values.isEmpty()) {
            lists.put(webhook, List.copyOf(values));
        }
    }

    /** Whether no webhook has anything. */
    public boolean isEmpty() {
        return lists.isEmpty();
    }

    /** The webhooks that have something. */
    public SortedSet<Integer> webhooks() {
        return new TreeSet<>(lists.keySet());
    }

    /** What this webhook has, which may be nothing. */
    public List<T> get(int webhook) {
        return lists.getOrDefault(webhook, List.of());
    }

    /** What all have, in the order of {@link #forEach}. */
    public List<T> all() {
        return lists.values().stream().flatMap(List::stream).toList();
    }

    /** For each of {@link #all}, whose it is. */
    List<Integer> webhookOfEach() {
        List<Integer> webhooks = new ArrayList<>();
        forEach((webhook, values) -> values.forEach(value -> webhooks.add(webhook)));
        return webhooks;
    }

    /** All of this and of the other one. */
    public ByWebhook<T> and(ByWebhook<T> other) {
        ByWebhook<T> both = mapLists((webhook, values) ->
                Stream.concat(values.stream(), other.get(webhook).stream()).toList());
        other.lists.forEach(both.lists::putIfAbsent);
        return both;
    }

    /** Does something with what each webhook has, by ascending number. */
    public void forEach(BiConsumer<Integer, List<T>> action) {
        lists.forEach(action);
    }

    /** What becomes of each webhook's. */
    public <R> ByWebhook<R> mapLists(BiFunction<Integer, List<T>, ? extends Collection<R>> mapping) {
        ByWebhook<R> mapped = new ByWebhook<>();
        forEach((webhook, values) -> mapped.put(webhook, mapping.apply(webhook, values)));
        return mapped;
    }

    /** Those for which this holds. */
    public ByWebhook<T> filter(Predicate<T> condition) {
        return mapLists((webhook, values) -> values.stream().filter(condition).toList());
    }

    /** What each one becomes: nothing, one or many. */
    public <R> ByWebhook<R> flatMap(Function<T, Stream<R>> mapping) {
        return mapLists((webhook, values) -> values.stream().flatMap(mapping).toList());
    }
}
