/**
 * What runs in a cluster besides the API server: Deployments, ReplicaSets, StatefulSets, garbage collection, namespaces
 * and a kubelet.
 *
 * <p>For: Pods that come and go as in a real cluster. May touch: the store (reads) and the API (writes). Data comes
 * from all objects after every change and goes back as changes.
 */
@NullMarked
package dev.injectionauditor.localstack.cluster.controller;

import org.jspecify.annotations.NullMarked;
