package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * A Pod of which only those fields were read that {@link PodMapper}, label selectors and the informer need. Match
 * conditions may ask for any field, so they are never evaluated on one.
 */
final class SlimPod extends Pod {

    private static final long serialVersionUID = 1;
}
