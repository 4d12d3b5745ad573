/**
 * Holds the folder {@code k8s}, the images, {@code docker-compose.yml}, alerts and dashboards against what Kubernetes
 * takes and what the services really do.
 *
 * <p>For: tests only. Manifests are built by {@code kubectl} or {@code kustomize}; where neither is on the PATH, these
 * tests are skipped and say so. Everything else comes with Maven. It goes nowhere.
 */
@NullMarked
package dev.injectionauditor.k8s;

import org.jspecify.annotations.NullMarked;
