/**
 * A simulation of a Kubernetes cluster: an API server, the controllers and a kubelet, in this process.
 *
 * <p>For: the demo and tests, where no real cluster is at hand. May touch: its own memory, its port on 127.0.0.1 and
 * the webhooks that are configured in it. Data comes from clients by HTTP and goes back to them. What is like the real
 * thing, what is simpler and what is missing stands in {@code DESIGN.md} beside this file.
 */
@NullMarked
package dev.injectionauditor.localstack.cluster;

import org.jspecify.annotations.NullMarked;
